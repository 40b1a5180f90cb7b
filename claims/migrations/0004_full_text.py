"""Full text over the match rows: an FTS5 table on SQLite, an expression index on PostgreSQL."""

from django.db import migrations

FORWARDS = {
    "sqlite": [
        "CREATE VIRTUAL TABLE claims_matchtext_fts USING fts5("
        "claim_id UNINDEXED, text, title, body, tokenize='porter unicode61')",
    ],
    "postgresql": [
        """CREATE FUNCTION claims_matchtext_vector(text text, title text, body text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT setweight(to_tsvector('english', text), 'A') || setweight(to_tsvector('english', title), 'A')
                || setweight(to_tsvector('english', body), 'B') $$""",
        "CREATE INDEX claims_matchtext_search ON claims_matchtext "
        "USING gin (claims_matchtext_vector(text, title, body))",
    ],
}
BACKWARDS = {
    "sqlite": ["DROP TABLE claims_matchtext_fts"],
    "postgresql": ["DROP INDEX claims_matchtext_search", "DROP FUNCTION claims_matchtext_vector(text, text, text)"],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_first_change_counter")]

    operations = [migrations.RunPython(run(FORWARDS), run(BACKWARDS))]
