//! What a user agent is in words that a person recognises.

/// Browser and system, as far as they can be told. Order matters: every browser claims to be the ones before it.
pub(crate) fn device(agent: &str) -> (Option<&str>, Option<&'static str>) {
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    // A program names itself at the start, as `curl/8.5.0`.
    let program = || agent.split(['/', ' ']).next().filter(|name| !name.is_empty() && *name != "Mozilla");
    (first(&BROWSERS).or_else(program), first(&SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_browser_is_named_by_what_it_is() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(device(chrome), (Some("Chrome"), Some("Linux")));
        assert_eq!(device(&format!("{chrome} Edg/140.0")), (Some("Edge"), Some("Linux")));
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1";
        assert_eq!(device(safari), (Some("Safari"), Some("iPhone")));
        assert_eq!(
            device("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"),
            (Some("Firefox"), Some("Windows"))
        );
    }

    #[test]
    fn a_program_is_named_as_it_names_itself() {
        assert_eq!(device("curl/8.5.0"), (Some("curl"), None));
        assert_eq!(device(""), (None, None));
    }
}
