//! Crashes, clocks, disks, databases and mail servers that fail under the real program. Each module bears the number of its threat.
//! `docs/faults.md` has what came out, and how to run the long ones.

mod chance;
mod disk;
mod journal;
mod line;
mod post;
mod t16_clock;
mod t17_cases;
mod t17_kills;
mod t18_database;
mod t18_descriptors;
mod t18_disk;
mod t18_mail_server;
mod t18_stopped;
