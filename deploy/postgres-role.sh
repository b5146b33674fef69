#!/bin/sh
# Run once by the postgres image on an empty data folder. The product's role is no superuser: it cannot switch off the
# triggers that keep the trail append-only through session_replication_role.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$HOTLINE_DATABASE_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE hotline LOGIN PASSWORD :'password';
CREATE DATABASE hotline OWNER hotline TEMPLATE template0;
SQL
