//! Builds the console into `ui/dist`.
