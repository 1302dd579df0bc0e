#!/bin/bash
# Run by PostgreSQL's image once, when its data folder is new: three databases, each owned by the role of its name,
# which cannot enter the others.
set -euo pipefail

for name in order_service account_service message_log; do
    # In the environment, not on the command line, where every process list would show it.
    PASSWORD=$(cat "/run/secrets/$name-database-password") \
        psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$name" \
        --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
\getenv password PASSWORD
CREATE ROLE :"name" LOGIN NOSUPERUSER PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
