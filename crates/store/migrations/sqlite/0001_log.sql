-- The event log, the work that is due, leases, and how far each follower has read.

create table migrations (
    name text not null primary key,
    checksum text not null,
    applied_at integer not null
);

-- The ordinal keeps the order in which one transaction appended its events; positions are given after commit.
create table events (
    ordinal integer not null primary key,
    id blob not null,
    position integer,
    kind text not null,
    data text not null,
    created_at integer not null,
    unique (id),
    unique (position)
);
create index events_pending on events (ordinal) where position is null;

create table log_head (
    id integer not null primary key,
    position integer not null
);
insert into log_head (id, position) values (1, 0);

create table jobs (
    id blob not null primary key,
    kind text not null,
    key text not null,
    due_at integer not null,
    payload text not null,
    state text not null constraint jobs_state check (state in ('waiting', 'running', 'held')),
    version integer not null,
    attempts integer not null,
    claimed_by text,
    claimed_until integer,
    last_error text,
    created_at integer not null,
    unique (kind, key)
);
create index jobs_due on jobs (state, due_at);
create index jobs_claimed on jobs (claimed_until) where claimed_until is not null;

create table leases (
    name text not null primary key,
    owner text not null,
    expires_at integer not null,
    fence integer not null
);

create table followers (
    name text not null,
    node text not null,
    position integer not null,
    updated_at integer not null,
    primary key (name, node)
);
