//! A match over backends names every backend, so that the compiler is the checklist when one is added.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use super::File;

/// Folders whose files are about one backend and look at no other.
const OWN: [&str; 2] = ["/backend/", "/inspect/"];

/// Matches over backends that have an arm for the rest.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    let of_backends = |file: &&File| !OWN.iter().any(|own| file.path.contains(own));
    for file in files
        .iter()
        .filter(|file| file.is_rust())
        .filter(of_backends)
    {
        let Ok(tree) = syn::parse_file(&file.text) else {
            found.push(format!("{}: is not Rust", file.path));
            continue;
        };
        let mut lines = Lines::default();
        lines.visit_file(&tree);
        found.extend(lines.0.into_iter().map(|line| {
            format!(
                "{}:{line}: a match over backends has an arm for the rest",
                file.path
            )
        }));
    }
    found
}

#[derive(Default)]
struct Lines(Vec<usize>);

impl<'ast> Visit<'ast> for Lines {
    fn visit_expr_match(&mut self, own: &'ast syn::ExprMatch) {
        let is_of_backends = own.arms.iter().any(|arm| names_backend(&arm.pat));
        let rest = own
            .arms
            .iter()
            .find(|arm| matches!(arm.pat, syn::Pat::Wild(_) | syn::Pat::Ident(_)));
        if let (true, Some(rest)) = (is_of_backends, rest) {
            self.0.push(rest.pat.span().start().line);
        }
        visit::visit_expr_match(self, own);
    }
}

/// Whether the pattern is a variant of `Backend`, or several.
fn names_backend(pattern: &syn::Pat) -> bool {
    let is_variant = |path: &syn::Path| {
        let segments: Vec<_> = path
            .segments
            .iter()
            .map(|one| one.ident.to_string())
            .collect();
        matches!(segments.as_slice(), [.., of, _] if of == "Backend")
    };
    match pattern {
        syn::Pat::Path(path) => is_variant(&path.path),
        syn::Pat::Or(several) => several.cases.iter().any(names_backend),
        _ => false,
    }
}
