//! The fixtures do what their rules say; another implementation of SMTP is the judge.

#[cfg(test)]
mod real;
#[cfg(test)]
mod scripted;
