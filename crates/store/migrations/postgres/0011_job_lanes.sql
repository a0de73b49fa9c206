-- Jobs of different lanes don't wait for each other. The index without lanes stays for nodes of an older version.
alter table jobs add column lane bigint not null default 0;
create index jobs_due_in_lane on jobs (lane, state, due_at);
