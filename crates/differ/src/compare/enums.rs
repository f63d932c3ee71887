//! Enum types, and the values of enums that live in their column.

use plimsoll_schema::{Catalog, Code, ColumnType, EnumType};

use super::resolve::Context;

/// Settles which enum types the desired catalog has, and their values.
pub(super) fn resolve(
    context: &mut Context<'_>,
    now: &Catalog,
    last: &Catalog,
    current: &Catalog,
    desired: &mut Catalog,
) {
    if context.is_exact() {
        desired.enums.clone_from(&now.enums);
        return;
    }
    for (name, stated) in &now.enums {
        let values = match current.enums.get(name) {
            None => stated.values.clone(),
            Some(live) => {
                let before = last.enums.get(name).map(|known| known.values.as_slice());
                let values = merge_values(
                    &stated.values,
                    before,
                    &live.values,
                    context.owns_everything(),
                );
                tell_extra(context, &name.to_string(), &stated.values, &values);
                values
            }
        };
        desired.enums.insert(
            name.clone(),
            EnumType {
                name: name.clone(),
                values,
                // Nobody states it yet.
                comment: current
                    .enums
                    .get(name)
                    .and_then(|live| live.comment.clone()),
            },
        );
    }
    for name in last
        .enums
        .keys()
        .filter(|name| !now.enums.contains_key(name))
    {
        desired.enums.remove(name);
    }
}

/// Gives every column of an enum type the values its type has, and keeps the types that columns still use.
pub(super) fn settle(now: &Catalog, last: &Catalog, current: &mut Catalog, desired: &mut Catalog) {
    let dropped: Vec<_> = last
        .enums
        .keys()
        .filter(|name| !now.enums.contains_key(name) && desired.users_of(name).next().is_some())
        .cloned()
        .collect();
    for name in dropped {
        if let Some(known) = current.enums.get(&name) {
            desired.enums.insert(name, known.clone());
        }
    }
    for catalog in [current, desired] {
        let enums = catalog.enums.clone();
        for column in catalog
            .tables
            .values_mut()
            .flat_map(|table| &mut table.columns)
        {
            let mut ty = &mut column.ty;
            while let ColumnType::Array(element) = ty {
                ty = element;
            }
            if let ColumnType::Enum { name, values } = ty
                && let Some(known) = enums.get(name)
            {
                values.clone_from(&known.values);
            }
        }
    }
}

/// The values an enum is to have: the database's order, unless the model changed the one it stated; new ones where the model puts
/// them, and gone only what was once stated.
pub(super) fn merge_values(
    now: &[String],
    last: Option<&[String]>,
    live: &[String],
    owns_everything: bool,
) -> Vec<String> {
    let taken_back =
        |value: &String| owns_everything || last.is_some_and(|last| last.contains(value));
    let mut out: Vec<String> = live
        .iter()
        .filter(|value| now.contains(value) || !taken_back(value))
        .cloned()
        .collect();
    for (at, value) in now.iter().enumerate() {
        if out.contains(value) {
            continue;
        }
        let before = now[..at]
            .iter()
            .rev()
            .find_map(|known| out.iter().position(|v| v == known));
        let after = now[at..]
            .iter()
            .find_map(|known| out.iter().position(|v| v == known));
        let place = before.map(|at| at + 1).or(after).unwrap_or(out.len());
        out.insert(place, value.clone());
    }
    if last.is_some_and(|last| is_reordered(now, last)) {
        // What the model states takes its order; what it does not keeps its place.
        let mut stated = now.iter();
        for value in out.iter_mut().filter(|value| now.contains(value)) {
            value.clone_from(stated.next().unwrap_or(&value.clone()));
        }
    }
    out
}

/// Whether the values that both lists have stand in another order.
fn is_reordered(now: &[String], last: &[String]) -> bool {
    let kept = now.iter().filter(|value| last.contains(value));
    kept.ne(last.iter().filter(|value| now.contains(value)))
}

/// Tells the values that the database has and the model does not.
pub(super) fn tell_extra(context: &mut Context<'_>, object: &str, now: &[String], kept: &[String]) {
    for value in kept.iter().filter(|value| !now.contains(value)) {
        let message = format!("enum `{object}` has the value `{value}`, which no model states");
        context.note(Code::N501, object, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn order_is_the_databases_and_new_values_stand_where_the_model_puts_them() {
        assert_eq!(
            merge_values(&words("a b c"), None, &words("c a"), false),
            words("c a b")
        );
        assert_eq!(
            merge_values(&words("a b c"), None, &words("b c"), false),
            words("a b c")
        );
        assert_eq!(
            merge_values(&words("a b"), None, &words("a x b"), false),
            words("a x b")
        );
        assert_eq!(
            merge_values(&words("n b"), None, &words("a b"), false),
            words("a n b")
        );
    }

    #[test]
    fn an_order_that_the_model_changed_is_a_change() {
        let last = words("a b c");
        let merge =
            |now: &str, live: &str| merge_values(&words(now), Some(&last), &words(live), false);
        assert_eq!(merge("c a b", "a b c"), words("c a b"));
        assert_eq!(merge("c a b d", "a x b c"), words("c x a b d"));
        // The database had another order all along, and nobody asked for this one.
        assert_eq!(merge("a b c", "c b a"), words("c b a"));
        assert_eq!(merge("a c", "c b a"), words("c a"));
    }

    #[test]
    fn what_was_stated_is_taken_back() {
        let last = words("a x b");
        assert_eq!(
            merge_values(&words("a b"), Some(&last), &words("a x b"), false),
            words("a b")
        );
        assert_eq!(
            merge_values(&words("a b"), None, &words("a x b"), true),
            words("a b")
        );
    }
}
