//! How the parts of a revision's file stand together: ours, or a project's own.
//!
//! Invariant: what a template of a project leaves out, or makes of the parts, is found before anything is written.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};
use syn::Item;

use crate::{CodegenError, Header};

/// The layout where a project has none of its own.
const OURS: &str = include_str!("revision.rs.jinja");

/// A layout of a revision's file, in the language of Jinja: text with `{{ head }}`, `{{ imports }}`, `{{ registration }}`, `{{ up }}` and
/// `{{ down }}` in it, of which the last three have to be there. What a [`Header`] says is there by its fields' names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    name: String,
    text: String,
}

impl Default for Template {
    fn default() -> Self {
        Self::new("revision.rs.jinja", OURS)
    }
}

/// The parts of a file, each without a line's end behind it.
pub(crate) struct Parts {
    /// Its documentation.
    pub(crate) head: String,
    /// The `revision!` that the graph reads.
    pub(crate) registration: String,
    /// The function.
    pub(crate) up: String,
    /// The function, and what else the migration says of itself.
    pub(crate) down: String,
}

impl Template {
    /// A layout, and the name of its file for errors.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The text of a file.
    pub(crate) fn render(&self, header: &Header, parts: &Parts) -> Result<String, CodegenError> {
        self.filled(header, parts)
            .map_err(|error| self.wrong(error.line(), &told(&error)))
    }

    fn filled(&self, header: &Header, parts: &Parts) -> Result<String, minijinja::Error> {
        // A `{% … %}` on a line of its own leaves no line.
        let syntax = SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?;
        let mut environment = Environment::new();
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let created = |format: &str| header.created.strftime(format).to_string();
        environment.template_from_str(&self.text)?.render(context! {
            head => parts.head.as_str(),
            imports => "use plimsoll::prelude::*;",
            registration => parts.registration.as_str(),
            up => parts.up.as_str(),
            down => parts.down.as_str(),
            id => header.id.as_str(),
            message => header.message.trim(),
            parents => header.parents.clone(),
            labels => header.labels.clone(),
            depends_on => header.depends_on.clone(),
            replaces => header.replaces.clone(),
            created => created("%Y-%m-%d %H:%M:%S UTC"),
            year => created("%Y"),
        })
    }

    /// Whether everything is there that makes a file a revision.
    pub(crate) fn check(&self, text: &str, parts: &Parts) -> Result<(), CodegenError> {
        let wanted = [
            ("registration", &parts.registration),
            ("up", &parts.up),
            ("down", &parts.down),
        ];
        if let Some((name, _)) = wanted
            .iter()
            .find(|(_, part)| !text.contains(part.as_str()))
        {
            let problem = format!("it leaves out `{{{{ {name} }}}}`, or changes it");
            return Err(self.wrong(None, &problem));
        }
        let file = syn::parse_file(text).map_err(|error| {
            let line = error.span().start().line;
            let around = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let problem = format!(
                "what it makes is not Rust, at its line {line} (`{}`): {error}",
                around.trim()
            );
            self.wrong(None, &problem)
        })?;
        let is_migration =
            |item: &Item| matches!(item, Item::Struct(item) if item.ident == "Migration");
        if file.items.iter().any(is_migration) {
            Ok(())
        } else {
            Err(self.wrong(
                None,
                "what it makes has no `struct Migration`, which lib.rs names",
            ))
        }
    }

    fn wrong(&self, line: Option<usize>, problem: &str) -> CodegenError {
        CodegenError::Template {
            name: self.name.clone(),
            line,
            problem: problem.to_owned(),
        }
    }
}

/// What the template engine says, without what it says around it.
fn told(error: &minijinja::Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::UndefinedError, None) => "a name in it stands for nothing".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str) -> Result<String, String> {
        let header = Header {
            id: "m1_a".into(),
            parents: vec!["m0".into()],
            labels: Vec::new(),
            depends_on: Vec::new(),
            replaces: Vec::new(),
            message: "Add <a>".into(),
            created: "2026-11-21T10:15:00Z".parse().expect("a date"),
            compared_with: None,
        };
        let parts = Parts {
            head: "//! Add <a>.".into(),
            registration: "revision! {}".into(),
            up: "    fn up() {}".into(),
            down: "    fn down() {}".into(),
        };
        let template = Template::new("mine.jinja", text);
        let text = template.render(&header, &parts);
        let checked = text.and_then(|text| template.check(&text, &parts).map(|()| text));
        checked.map_err(|error| error.to_string())
    }

    #[test]
    fn a_layout_of_ones_own() {
        let text = "\
// (c) {{ year }} Bakery. {{ message }}
{{ head }}
use crate::steps::*;
{{ imports }}
{% for parent in parents %}
// after {{ parent }}
{% endfor %}
{{ registration }}
pub struct Migration;
impl Migration {
{{ up }}
{{ down }}
}
";
        insta::assert_snapshot!(render(text).expect("rendered"), @r"
        // (c) 2026 Bakery. Add <a>
        //! Add <a>.
        use crate::steps::*;
        use plimsoll::prelude::*;
        // after m0
        revision! {}
        pub struct Migration;
        impl Migration {
            fn up() {}
            fn down() {}
        }
        ");
    }

    #[test]
    fn what_is_wrong_with_it() {
        let all =
            "{{ registration }}\nstruct Migration;\nimpl Migration {\n{{ up }}\n{{ down }}\n}\n";
        let told: Vec<String> = [
            "{{ registration }}\n{{ up",
            "{{ registration }}\n{% if up %}\n",
            &format!("{all}\n\n{{{{ imprts }}}}"),
            "{{ registration }}\nstruct Migration;\nimpl Migration {\n{{ up }}\n}\n",
            &all.replace("{{ up }}", "{{ up|upper }}"),
            &format!("{all}\nfn ( {{}}\n"),
            &all.replace("struct Migration", "struct Mine"),
        ]
        .iter()
        .map(|text| render(text).expect_err("wrong"))
        .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        lay the file out as `mine.jinja` says, line 2: unexpected end of input, expected end of variable block
        lay the file out as `mine.jinja` says, line 2: unexpected end of input, expected end of block
        lay the file out as `mine.jinja` says, line 9: a name in it stands for nothing
        lay the file out as `mine.jinja` says: it leaves out `{{ down }}`, or changes it
        lay the file out as `mine.jinja` says: it leaves out `{{ up }}`, or changes it
        lay the file out as `mine.jinja` says: what it makes is not Rust, at its line 8 (`fn ( {}`): cannot parse string into token stream
        lay the file out as `mine.jinja` says: what it makes has no `struct Migration`, which lib.rs names
        ");
    }
}
