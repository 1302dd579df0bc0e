-- The embedded log. Applied by `create_topics`; every statement can run again.

CREATE TABLE IF NOT EXISTS log_identity (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    log_id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO log_identity DEFAULT VALUES ON CONFLICT DO NOTHING;

-- One row a partition. Its lock, held until the commit, is what gives offsets out: with a sequence, a slow committer's
-- lower offset would appear after readers had passed it.
CREATE TABLE IF NOT EXISTS log_partition (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE IF NOT EXISTS log_record (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,
    headers jsonb NOT NULL,  -- [[name, value], ...]
    body bytea NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, record_offset)
);

-- How far each group says it is: for lag only.
CREATE TABLE IF NOT EXISTS log_commit (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer_group, topic, partition)
);

-- Which member of a group reads which partition; see flextx.leases.
CREATE TABLE IF NOT EXISTS log_lease (
    scope text NOT NULL,
    resource text NOT NULL,
    owner text,
    epoch bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    PRIMARY KEY (scope, resource)
);
CREATE TABLE IF NOT EXISTS log_member (
    scope text NOT NULL,
    member text NOT NULL,
    seen_until timestamptz NOT NULL,
    sleeping boolean NOT NULL,
    PRIMARY KEY (scope, member)
);
