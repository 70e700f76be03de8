//! Crashes, clocks, disks, databases and mail servers that fail under the real program. Each module bears the number of its threat.
//! `docs/faults.md` has what came out, and how to run the long ones.

mod t17_cases;
mod t17_kills;
mod t18_mail_server;
