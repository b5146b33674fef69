"""Many rows in one statement: columns travel as arrays and become rows in the database.

`bulk_create` and `bulk_update` of the ORM prepare each value by itself and send one placeholder per value; for a look
that writes thousands of rows that is more work than everything else together. Names of tables and columns are the
models' own, values are always parameters. A caller hands over rows that are complete: no defaults that the database
knows, no signals, no ids in return.
"""
import json
from functools import cache

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

PLAIN_TEXT = (models.CharField, models.TextField)  # themselves; a field made of them may encrypt what it is given


def insert(model, rows, *, ignore_conflicts=False):
    """Write unsaved rows of a model, or whatever has its columns as attributes. A value that all of them share is sent
    once, except in the first column, which says how many rows there are."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    sources, values = [], []
    for field in fields:
        column = [row.__dict__[field.attname] for row in rows]
        if sources and all(value == column[0] for value in column):
            sources.append(f"%s::{kind_of(field)}")
            values.append(field.get_db_prep_save(column[0], connection))
        else:
            sources.append(f"unnest(%s::{kind_of(field)}[])")
            values.append(literal(field, column))
    names = ", ".join(f'"{field.column}"' for field in fields)
    quietly = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(sources)}{quietly}", values)  # noqa: S608


def update(model, names, rows):
    """Write these columns of rows that have their new values."""
    fields = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    arrays = ", ".join(f"%s::{kind_of(field)}[]" for field in fields)
    assignments = ", ".join(f'"{field.column}" = v."{field.column}"' for field in fields[1:])
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [literal(field, [getattr(row, field.attname) for row in rows]) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} t SET {assignments} FROM unnest({arrays}) v ({columns})"  # noqa: S608
                       " WHERE t.id = v.id", values)


@cache
def kind_of(field):
    """The type without its length: a cast would cut a long text, the column refuses it."""
    if isinstance(field, ArrayField):
        raise NotImplementedError("An array of arrays loses its inner borders in unnest.")
    return field.db_type(connection).partition("(")[0]


def literal(field, column):
    """A column of values as PostgreSQL writes an array: one constant to read instead of an expression per value."""
    write = writer_of(field)
    return "{" + ",".join(["NULL" if value is None else write(value) for value in column]) + "}"


@cache
def writer_of(field):
    """How one value of a field, which is not None, stands in an array."""
    if isinstance(field, models.JSONField):
        encode = json.JSONEncoder(ensure_ascii=False).encode if field.encoder is None else field.encoder().encode
        return lambda value: quoted(encode(value))
    if type(field) in PLAIN_TEXT:
        return lambda value: quoted(str(value))
    if type(field) is models.DateTimeField:
        return lambda value: f'"{value.isoformat()}"'
    if isinstance(field, models.BinaryField):
        return lambda value: quoted(f"\\x{value.hex()}")
    if isinstance(field, models.IntegerField | models.ForeignKey | models.BooleanField):
        return str
    return lambda value: quoted(str(field.get_db_prep_save(value, connection)))


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
