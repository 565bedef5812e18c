//! Tools that this dialect itself defines and whose calls the client runs: the model knows what they take without being told.
//! Other models are given functions with these schemas, and their calls become calls of the tool again.
//!
//! In the neutral form their namespace is [`NAMESPACE`], which no tool of a client's own has.

/// The namespace of the dialect itself.
pub(super) const NAMESPACE: &str = "";

/// One of them. Items of calls are called `<name>_call`, of what came of them `<name>_call_output`.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) schema: &'static str,
    /// The member of a call that has the arguments.
    pub(super) args: &'static str,
    /// What clients want in the arguments and the model isn't asked for.
    pub(super) prefix: &'static str,
}

const ALL: [Own; 3] = [
    Own {
        name: "local_shell",
        description: "Runs a command on the user's machine and gives back its output.",
        schema: r#"{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},"description":"The program and its arguments."},"working_directory":{"type":"string"},"timeout_ms":{"type":"integer"}},"required":["command"]}"#,
        args: "action",
        prefix: r#""type":"exec","env":{}"#,
    },
    Own {
        name: "shell",
        description: "Runs commands in a shell and gives back their output.",
        schema: r#"{"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"},"description":"One shell command each."},"timeout_ms":{"type":"integer"},"max_output_length":{"type":"integer"}},"required":["commands"]}"#,
        args: "action",
        prefix: "",
    },
    Own {
        name: "apply_patch",
        description: "Creates, changes or deletes a file.",
        schema: r#"{"type":"object","properties":{"type":{"type":"string","enum":["create_file","update_file","delete_file"]},"path":{"type":"string"},"diff":{"type":"string","description":"The change in the V4A diff format; not for delete_file."}},"required":["type","path"]}"#,
        args: "operation",
        prefix: "",
    },
];

impl Own {
    /// The tool of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|own| own.name == name)
    }

    /// The tool that an item calls.
    pub(super) fn of_call(kind: &str) -> Option<&'static Self> {
        Self::named(kind.strip_suffix("_call")?)
    }

    /// The tool that an item answers for.
    pub(super) fn of_outcome(kind: &str) -> Option<&'static Self> {
        Self::named(kind.strip_suffix("_call_output")?)
    }

    /// The tool that a call in the neutral form is of.
    pub(super) fn of(name: &str, namespace: Option<&str>) -> Option<&'static Self> {
        namespace.filter(|namespace| *namespace == NAMESPACE).and_then(|_| Self::named(name))
    }

    /// An object of arguments with what clients want in it.
    pub(super) fn payload(&self, object: &str) -> String {
        let rest = object.trim_start().strip_prefix('{').unwrap_or("}");
        let is_empty = rest.trim_start().starts_with('}');
        // What a call of this dialect has in it already isn't said twice.
        if self.prefix.is_empty() || object.contains("\"type\"") {
            return object.to_owned();
        }
        format!("{{{}{}{rest}", self.prefix, if is_empty { "" } else { "," })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_get_what_clients_want_in_them_once() {
        let shell = Own::named("local_shell").unwrap();
        assert_eq!(shell.payload("{}"), r#"{"type":"exec","env":{}}"#);
        let full = shell.payload(r#"{"command":["ls"]}"#);
        assert_eq!(full, r#"{"type":"exec","env":{},"command":["ls"]}"#);
        assert_eq!(shell.payload(&full), full);
        for own in &ALL {
            assert!(serde_json::from_str::<serde_json::Value>(own.schema).unwrap().is_object(), "{}", own.name);
        }
    }
}
