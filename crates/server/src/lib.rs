//! The masthead binary: command line, settings, the route table, the middleware stack, the job runner, start and stop.
