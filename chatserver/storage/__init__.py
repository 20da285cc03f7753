"""SQL, and nothing else: schema, migrations, one module a noun; the only place that writes SQL."""
