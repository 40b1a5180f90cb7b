"""Query parameters: what is taken, what is refused, and that no value can break the server."""

from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners import filters
from partners.exceptions import InvalidRequest
from partners.parameters import BIGGEST, EARLIEST, LATEST, moment, number, one_of, public_id, read_parameters
from partners.views import changes

VERDICTS = "/api/v1/verdicts/"


def faults(query: str) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        read_parameters(QueryDict(query), filters.VERDICTS)
    return {fault.field: fault.message for fault in refused.value.faults}


# --- The table -----------------------------------------------------------------------------------------


def test_what_is_not_given_has_its_default() -> None:
    values = read_parameters(QueryDict(""), filters.VERDICTS)

    assert values.keys() == {parameter.name for parameter in filters.VERDICTS}
    assert values["status"] == "in_force"
    assert values["page_size"] == 50
    assert values["rating"] is None


def test_all_faults_are_told_at_once() -> None:
    found = faults("ratng=false&page_size=0&language=en&language=tr&q=")

    assert found.keys() == {"ratng", "page_size", "language", "q"}
    assert "rating" in found["ratng"]
    assert "cursor" in found["ratng"]
    assert "once" in found["language"]


def test_names_that_cannot_be_shown_are_told_harmlessly() -> None:
    (name,) = faults("%00%1b[31m" + "x" * 1_000 + "=1")

    assert name.isprintable()
    assert len(name) == 100


@pytest.mark.parametrize("name", [parameter.name for parameter in filters.VERDICTS])
@pytest.mark.parametrize("value", ["%00", "a%00b", "", "%F0%9F%98%80" * 600, "-1", "' OR 1=1 --", "[]", "{}"])
def test_no_parameter_breaks_on_odd_values(name: str, value: str, client: Client, db: None) -> None:
    answer = client.get(f"{VERDICTS}?{name}={value}")

    assert answer.status_code in ({200, 400} if name in {"claimant", "q", "rating", "topic"} else {400})
    if answer.status_code == 400:
        assert name in [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("name", [parameter.name for parameter in filters.VERDICTS])
def test_a_repeated_parameter_is_refused(name: str, client: Client, db: None) -> None:
    answer = client.get(f"{VERDICTS}?{name}=1&{name}=1")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": name, "message": "This parameter is given more than once. Give it once."}
    ]


@pytest.mark.parametrize("path", ["/api/", "/api/schema/"])
def test_addresses_without_parameters_say_so(path: str, client: Client, db: None) -> None:
    answer = client.get(path, {"page": 1})

    assert answer.status_code == 400
    assert "takes no parameters" in answer.json()["detail"]


# --- Numbers, words, ids -------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["0", "501", "-1", "+1", " 1", "1.0", "1e2", "०", "٣", "²", "0x10", "9" * 5_000, "1_0"])
def test_what_is_no_page_size(raw: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 500"):
        number(1, 500)(raw)


@pytest.mark.parametrize(("raw", "size"), [("1", 1), ("500", 500), ("007", 7)])
def test_what_is_a_page_size(raw: str, size: int) -> None:
    assert number(1, 500)(raw) == size


def test_the_largest_number_fits_the_database(client: Client, db: None) -> None:
    assert client.get(f"/api/v1/changes/?after={BIGGEST}").status_code == 200
    assert client.get(f"/api/v1/changes/?after={BIGGEST + 1}").status_code == 400


@pytest.mark.parametrize("raw", ["In_Force", " in_force", "in_force,withdrawn", "ALL"])
def test_words_are_taken_exactly(raw: str) -> None:
    with pytest.raises(ValueError, match="not one of"):
        one_of("in_force", "withdrawn", "all")(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "x",
        "1",
        "0" * 32,
        "{00000000-0000-0000-0000-000000000000}",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-00000000000g",
        "00000000-0000-0000-0000-000000000000\x00",
        "00000000-0000-0000-0000-000000000000\n",
        "",
        "٠0000000-0000-0000-0000-000000000000",
    ],
)
def test_what_is_no_id(raw: str) -> None:
    with pytest.raises(InvalidRequest, match="id: "):
        public_id(raw)


@pytest.mark.parametrize("path", ["verdicts/{}/", "verdicts/{}/versions/", "claims/{}/"])
@pytest.mark.parametrize("raw", ["x", "%00", "a b", "..;", "%F0%9F%98%80", "1" * 5_000])
def test_a_malformed_id_is_a_400(path: str, raw: str, reader: Client) -> None:
    answer = reader.get("/api/v1/" + path.format(raw))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "id"


# --- Times ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("2020-02-04", datetime(2020, 2, 4, tzinfo=UTC)),
        ("2020-02-04T10:00:00Z", datetime(2020, 2, 4, 10, tzinfo=UTC)),
        ("2020-02-04t10:00:00z", datetime(2020, 2, 4, 10, tzinfo=UTC)),
        ("2020-02-04 10:00:00Z", datetime(2020, 2, 4, 10, tzinfo=UTC)),
        ("2020-02-04T10:00:00+03:00", datetime(2020, 2, 4, 7, tzinfo=UTC)),
        ("2020-02-04T10:00:00-03:30", datetime(2020, 2, 4, 13, 30, tzinfo=UTC)),
        ("2020-02-04T10:00:00.5Z", datetime(2020, 2, 4, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2020-02-04T10:00:00.123456789Z", datetime(2020, 2, 4, 10, 0, 0, 123_456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2020-02-29", datetime(2020, 2, 29, tzinfo=UTC)),
        ("0000-01-01", EARLIEST),
        ("0001-01-01T00:00:00+23:59", EARLIEST),
        ("9999-12-31T23:59:59.999999-23:59", LATEST),
    ],
)
def test_what_is_a_time(raw: str, meant: datetime) -> None:
    assert moment(raw) == meant


@pytest.mark.parametrize(
    "raw",
    [
        "2020",
        "2020-02",
        "20200204",
        "2020-W06-2",
        "2020-02-30",
        "2021-02-29",
        "2020-13-01",
        "2020-00-10",
        "2020-02-04T10:00:00",
        "2020-02-04T10:00Z",
        "2020-02-04T24:00:00Z",
        "2020-02-04T10:60:00Z",
        "2020-02-04T10:00:61Z",
        "2020-02-04T10:00:00+24:00",
        "2020-02-04T10:00:00+03:60",
        "2020-02-04T10:00:00 03:00",
        "2020-02-04T10:00:00+0300",
        "02/04/2020",
        "yesterday",
        "1580810400",
        "٢٠٢٠-٠٢-٠٤",
        "2020-02-04\n",
        "-2020-02-04",
        "+12020-02-04",
        "99999-01-01",
    ],
)
def test_what_is_no_time(raw: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        moment(raw)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))])))
def test_every_rfc_3339_time_is_read_as_python_reads_it(at: datetime) -> None:
    read = moment(at.isoformat())

    if EARLIEST.year <= at.year < LATEST.year:
        assert read == at
    else:
        assert read in {EARLIEST, LATEST}


TIMES = ["published_after", "published_before", "updated_after"]
EXTREMES = [
    "0000-01-01",
    "0001-01-01",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31",
    "9999-12-31T23:59:59-23:59",
    "1582-10-10",
]


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("raw", EXTREMES)
def test_extreme_times_never_break_a_list(name: str, raw: str, client: Client, db: None) -> None:
    assert client.get(f"{VERDICTS}?{name}={quote(raw)}").status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(TIMES), on=st.dates(date.min, date.max), raw=st.text(max_size=30))
def test_no_text_breaks_a_list(name: str, on: date, raw: str, client: Client, db: None) -> None:
    assert client.get(f"{VERDICTS}?{name}={on.isoformat()}").status_code == 200
    assert client.get(VERDICTS, {name: raw.encode("utf-8", "replace")}).status_code in {200, 400}


# --- The tables describe what they do ------------------------------------------------------------------


@pytest.mark.parametrize("table", [filters.VERDICTS, filters.CLAIMS, filters.VERSION, changes.TABLE])
def test_every_example_and_enumerated_word_is_taken(table) -> None:  # type: ignore[no-untyped-def]
    for parameter in table:
        words = parameter.schema.get("enum", [])
        for raw in [*words, *([parameter.example] if parameter.example else [])]:
            parameter.read(str(raw))
        assert parameter.description.endswith(".")
        if parameter.default is not None:
            assert parameter.schema["default"] == parameter.default
