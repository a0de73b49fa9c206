-- Jobs of different lanes don't wait for each other. The indexes without lanes stay for nodes of an older version.
alter table jobs add column lane bigint not null default 0;
create index jobs_due_in_lane on jobs (lane, state, due_at);
create index jobs_claimed_in_lane on jobs (lane, claimed_until) where claimed_until is not null;
