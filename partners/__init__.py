"""Everything partners touch: keys, the REST API, the change feed."""
