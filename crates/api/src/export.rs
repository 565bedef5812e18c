//! Lists as files, for spreadsheets and scripts.

use crate::words::words;

words!(
    ExportFormat {
        /// With a line of names; texts that a spreadsheet would run as a formula begin with `'`.
        Csv = "csv",
        /// An object a line, as the API has it.
        Ndjson = "ndjson",
    }
);
