//! What the commands that produce the published numbers share.
