//! Rust expressions laid out as rustfmt leaves them with its default settings.
//!
//! Invariant: running rustfmt over the output changes nothing. Where no layout fits the width (a literal that is too long), rustfmt
//! leaves the statement as it is, and so the layout that comes nearest is written.
//!
//! Not here: which expressions there are ([`crate::builder`], [`crate::operation`]).

/// rustfmt's `max_width`.
pub(crate) const MAX_WIDTH: usize = 100;
/// rustfmt's `tab_spaces`.
const TAB: usize = 4;
/// rustfmt's `chain_width`, `fn_call_width` and `array_width` at that `max_width`.
const SHORT: usize = 60;
/// rustfmt's `short_array_element_width_threshold`.
const SHORT_ELEMENT: usize = 10;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// Text that is never broken: a literal, a path.
    Atom(String),
    /// `callee(arguments)`; without a callee, a tuple.
    Call(String, Vec<Node>),
    /// `[elements]`.
    Array(Vec<Node>),
    /// `root.link().link()`.
    Chain(Box<Node>, Vec<Link>),
}

/// One link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// With its dot: `.col`.
    name: String,
    /// `None` is a link without parentheses (`.await`).
    arguments: Option<Vec<Node>>,
    /// Whether `?` follows.
    tried: bool,
}

impl Node {
    pub(crate) fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    pub(crate) fn call(callee: impl Into<String>, arguments: Vec<Self>) -> Self {
        Self::Call(callee.into(), arguments)
    }

    /// The expression with one more method call.
    pub(crate) fn method(self, name: &str, arguments: Vec<Self>) -> Self {
        self.link(Link {
            name: format!(".{name}"),
            arguments: Some(arguments),
            tried: false,
        })
    }

    /// The expression with `.await?`.
    pub(crate) fn awaited(self) -> Self {
        self.link(Link {
            name: ".await".to_owned(),
            arguments: None,
            tried: true,
        })
    }

    fn link(self, link: Link) -> Self {
        match self {
            Self::Chain(root, mut links) => {
                links.push(link);
                Self::Chain(root, links)
            }
            root @ (Self::Atom(_) | Self::Call(..) | Self::Array(_)) => {
                Self::Chain(Box::new(root), vec![link])
            }
        }
    }

    /// The statement `self;` at that indentation, without it on the first line.
    pub(crate) fn statement(&self, indent: usize) -> String {
        let shape = Shape {
            indent,
            offset: 0,
            width: MAX_WIDTH.saturating_sub(indent + 1),
        };
        let text = layout(self, shape, false)
            .or_else(|| {
                layout(
                    self,
                    Shape {
                        width: usize::MAX / 2,
                        ..shape
                    },
                    false,
                )
            })
            .unwrap_or_default();
        format!("{text};")
    }
}

/// Where an expression stands, in rustfmt's terms.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// The indentation of the line it begins on.
    indent: usize,
    /// The characters on that line before it.
    offset: usize,
    /// The characters that are left.
    width: usize,
}

impl Shape {
    fn offset_left(self, by: usize) -> Option<Self> {
        Some(Self {
            offset: self.offset + by,
            width: self.width.checked_sub(by)?,
            ..self
        })
    }

    fn sub_width(self, by: usize) -> Option<Self> {
        Some(Self {
            width: self.width.checked_sub(by)?,
            ..self
        })
    }

    /// A line of its own, one step further in.
    fn nested(self) -> Self {
        let indent = self.indent + TAB;
        Self {
            indent,
            offset: 0,
            width: if self.is_unlimited() {
                self.width
            } else {
                MAX_WIDTH.saturating_sub(indent)
            },
        }
    }

    /// What follows on the last line (`;`, `,`, a parenthesis).
    fn overhead(self) -> usize {
        if self.is_unlimited() {
            0
        } else {
            MAX_WIDTH.saturating_sub(self.indent + self.offset + self.width)
        }
    }

    const fn is_unlimited(self) -> bool {
        self.width > usize::MAX / 4
    }
}

fn width(text: &str) -> usize {
    // As rustfmt counts it: a wide character takes two columns.
    unicode_width::UnicodeWidthStr::width(text)
}

fn layout(node: &Node, shape: Shape, one_line_chain: bool) -> Option<String> {
    match node {
        Node::Atom(text) => (width(text) <= shape.width).then(|| text.clone()),
        Node::Call(callee, arguments) => list(callee, ('(', ')'), arguments, shape, one_line_chain),
        Node::Array(elements) => list("", ('[', ']'), elements, shape, one_line_chain),
        Node::Chain(root, links) => chain(root, links, shape, one_line_chain),
    }
}

/// What precedes an opening bracket, and the list inside.
fn list(
    prefix: &str,
    (open, close): (char, char),
    items: &[Node],
    shape: Shape,
    one_line_chain: bool,
) -> Option<String> {
    let used = width(prefix);
    if items.is_empty() {
        return (used + 2 <= shape.width).then(|| format!("{prefix}{open}{close}"));
    }
    let one_line = shape.offset_left(used + 1)?.sub_width(1)?;
    let nested = shape.nested().sub_width(1)?;
    if let Some(text) = horizontal(prefix, items, shape, one_line, nested, one_line_chain) {
        return Some(format!("{prefix}{open}{text}{close}"));
    }
    let lines = items
        .iter()
        .map(|item| layout(item, nested, one_line_chain))
        .collect::<Option<Vec<_>>>()?;
    // rustfmt counts these in bytes.
    let inner = if lines.iter().all(|line| line.len() <= SHORT_ELEMENT)
        && items.iter().all(|item| matches!(item, Node::Atom(_)))
    {
        filled(&lines, nested)
    } else {
        lines.join(&format!(",\n{}", " ".repeat(nested.indent)))
    };
    Some(format!(
        "{prefix}{open}\n{}{inner},\n{}{close}",
        " ".repeat(nested.indent),
        " ".repeat(shape.indent)
    ))
}

/// The items on the line of the bracket; a sole argument that has brackets itself may go on below.
fn horizontal(
    prefix: &str,
    items: &[Node],
    shape: Shape,
    one_line: Shape,
    nested: Shape,
    one_line_chain: bool,
) -> Option<String> {
    if let [item] = items {
        // Without brackets before it (`[`, `f(`), rustfmt lets any sole item go on below.
        let is_short = width(prefix) < TAB;
        let is_chain = matches!(item, Node::Chain(..));
        if is_short || !matches!(item, Node::Atom(_)) {
            let narrowed = if matches!(item, Node::Call(..)) {
                Shape {
                    width: one_line.width.min(SHORT),
                    ..one_line
                }
            } else {
                one_line
            };
            let force = one_line_chain || (is_chain && !is_short);
            if let Some(text) = layout(item, narrowed, force)
                && first_line(&text) <= SHORT
            {
                let is_two_lines = text.matches('\n').count() == 1;
                let alone = is_two_lines
                    .then(|| layout(item, nested, one_line_chain))
                    .flatten()
                    .filter(|text| !text.contains('\n'));
                match alone {
                    Some(alone) if width(&alone) <= one_line.width => return Some(alone),
                    Some(_) => return None,
                    None => return Some(text),
                }
            }
        }
        return layout(item, nested, one_line_chain)
            .filter(|text| !text.contains('\n') && width(text) <= one_line.width);
    }
    let texts = items
        .iter()
        .map(|item| layout(item, nested, one_line_chain))
        .collect::<Option<Vec<_>>>()?;
    let text = texts.join(", ");
    let fits = !text.contains('\n') && width(&text) <= one_line.width.min(SHORT);
    let _ = shape;
    fits.then_some(text)
}

/// Short items, as many on a line as go.
fn filled(items: &[String], shape: Shape) -> String {
    let mut out = String::new();
    let mut line = 0;
    for (at, item) in items.iter().enumerate() {
        let item_width = width(item) + 1;
        if line > 0 && line + 1 + item_width > shape.width {
            out.push('\n');
            out.push_str(&" ".repeat(shape.indent));
            line = 0;
        }
        if line > 0 {
            out.push(' ');
            line += 1;
        }
        out.push_str(item);
        if at + 1 < items.len() {
            out.push(',');
        }
        line += item_width;
    }
    out
}

fn first_line(text: &str) -> usize {
    width(text.split('\n').next().unwrap_or_default())
}

fn chain(root: &Node, links: &[Link], shape: Shape, one_line_chain: bool) -> Option<String> {
    let mut text = layout(root, shape, one_line_chain)?;
    let mut links = links;
    // A root no wider than one step takes its first link along.
    while width(&text) <= TAB.saturating_sub(shape.offset) && !text.contains('\n') {
        let Some((first, rest)) = links.split_first() else {
            break;
        };
        let Some(link) = shape
            .offset_left(width(&text))
            .and_then(|shape| link(first, shape, one_line_chain))
        else {
            break;
        };
        text.push_str(&link);
        links = rest;
    }
    let Some((last, inner)) = links.split_last() else {
        return Some(text);
    };
    let ends_with_block = text.contains('\n');
    let child = if ends_with_block {
        Shape {
            indent: shape.indent,
            ..Shape {
                indent: shape.indent.saturating_sub(TAB),
                ..shape
            }
            .nested()
        }
    } else {
        shape.nested()
    };
    let mut texts = vec![text];
    for item in inner {
        texts.push(link(item, child, one_line_chain)?);
    }
    let (last, fits) = last_link(&texts, last, links.len(), shape, child, one_line_chain)?;
    if one_line_chain && !fits {
        return None;
    }
    texts.push(last);
    let connector = if fits {
        String::new()
    } else {
        format!("\n{}", " ".repeat(child.indent))
    };
    Some(texts.join(&connector))
}

/// The last link, and whether the whole chain stays on one line up to it.
fn last_link(
    before: &[String],
    last: &Link,
    count: usize,
    shape: Shape,
    child: Shape,
    one_line_chain: bool,
) -> Option<(String, bool)> {
    let tries = usize::from(last.tried);
    let before_width = before.iter().map(|text| width(text)).sum::<usize>() + tries;
    let limit = if count == 1 {
        shape.width
    } else {
        shape.width.min(SHORT)
    };
    let budget = limit.saturating_sub(before_width);
    let on_own_line = || {
        let shape = child.sub_width(shape.overhead() + tries)?;
        link(last, shape, one_line_chain)
    };
    if budget == 0 || before.iter().any(|text| text.contains('\n')) {
        return Some((on_own_line()?, false));
    }
    let same_line = shape
        .sub_width(tries)
        .and_then(|shape| shape.offset_left(before_width))
        .and_then(|shape| link(last, shape, one_line_chain));
    let Some(same_line) = same_line else {
        return Some((on_own_line()?, false));
    };
    let fits = first_line(&same_line) <= budget;
    let lines = same_line.lines().count();
    if fits && lines >= 5 {
        return Some((same_line, true));
    }
    match on_own_line() {
        Some(own) if !fits => Some((own, false)),
        Some(own) if own.lines().count() >= lines => Some((same_line, fits)),
        Some(own) => Some((own, false)),
        None => Some((same_line, fits)),
    }
}

fn link(link: &Link, shape: Shape, one_line_chain: bool) -> Option<String> {
    let shape = shape.sub_width(usize::from(link.tried))?;
    let mut text = match &link.arguments {
        Some(arguments) => list(&link.name, ('(', ')'), arguments, shape, one_line_chain)?,
        None => (width(&link.name) <= shape.width).then(|| link.name.clone())?,
    };
    if link.tried {
        text.push('?');
    }
    Some(text)
}
