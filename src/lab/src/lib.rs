//! Labs and graders: schema, checks, verdicts, hints, progress.
