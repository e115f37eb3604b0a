use super::*;
use crate::feed::MAX_REASONS;

fn feed(item: &str) -> String {
    format!("<inventory><item><id>A</id><name>n</name>{item}</item></inventory>")
}

#[test]
fn what_declares_entities_or_refers_to_others_is_refused() {
    for bad in [
        "<!DOCTYPE inventory [<!ENTITY a \"aaaa\">]><inventory><item><id>&a;</id></item></inventory>",
        "<!DOCTYPE inventory SYSTEM \"file:///etc/passwd\"><inventory/>",
        &feed("<category>&unknown;</category>"),
        &feed("<category>&#0;&</category>"),
        "<inventory>",
        "<inventory></item>",
        "<items/>",
        "",
        "id,name",
        "<inventory/><inventory/>",
        "x<inventory/>",
        "<?xml version=\"1.0\" encoding=\"latin1\"?><inventory/>",
    ] {
        assert!(
            matches!(read(bad), Err(FeedError::Malformed(_))),
            "{bad}: {:?}",
            read(bad)
        );
    }
}

#[test]
fn what_is_wrong_with_an_item_stands_in_its_draft() {
    for (item, pointer, code) in [
        ("<colour>red</colour>", "/colour", EntryCode::UnknownField),
        ("<name>m</name>", "/name", EntryCode::Duplicate),
        (
            "<category><b>x</b></category>",
            "/category",
            EntryCode::Invalid,
        ),
        (
            "<available>maybe</available>",
            "/available",
            EntryCode::Invalid,
        ),
        ("stray", "", EntryCode::Invalid),
        (
            "<attributes><color>red</color></attributes>",
            "/attributes",
            EntryCode::Invalid,
        ),
        (
            "<attributes><attribute name=\"a\">1</attribute><attribute name=\"a\">2</attribute></attributes>",
            "/attributes/a",
            EntryCode::Duplicate,
        ),
    ] {
        let drafts = read(&feed(item)).unwrap();
        let errors: Vec<_> = drafts[0]
            .errors
            .iter()
            .map(|e| (e.pointer.as_str(), e.code))
            .collect();
        assert_eq!(errors, [(pointer, code)], "{item}");
    }
}

#[test]
fn comments_instructions_and_namespaces_change_nothing() {
    let text = "<?xml version=\"1.0\"?><!-- a --><?b c?>\n<inventory xmlns=\"urn:x\"><!-- d -->\n<item><id>A<!-- e --></id><name>n</name></item></inventory>\n<!-- f -->";
    assert_eq!(read(text).unwrap(), read(&feed("")).unwrap());
}

#[test]
fn deep_and_endless_documents_end_early() {
    let deep = feed(&"<a>".repeat(100_000));
    assert!(matches!(read(&deep), Err(FeedError::Malformed(_))));
    let many = format!("<inventory>{}</inventory>", "<item/>".repeat(MAX_ITEMS + 1));
    assert_eq!(read(&many), Err(wrong_count()));
    assert_eq!(read("<inventory/>"), Err(wrong_count()));
}

#[test]
fn an_item_of_many_elements_is_told_so_and_keeps_few_of_them() {
    let read = |item: &str| read(&feed(item)).unwrap().remove(0);
    for many in ["<a/>", "<name>m</name>", "<name/>"] {
        let draft = read(&many.repeat(10_000));
        assert_eq!(draft.errors.len(), MAX_REASONS, "{many}");
        assert_eq!(draft.errors[0], too_many());
    }
    let attribute = |n: usize| format!("<attribute name=\"{n}\">x</attribute>");
    let attributes: String = (0..10_000).map(attribute).collect();
    let draft = read(&format!("<attributes>{attributes}</attributes>"));
    assert_eq!(draft.attributes.len(), MAX_MEMBERS);
    assert_eq!(draft.errors, [too_many().under("/attributes")]);
}

#[test]
fn an_attribute_that_nobody_reads_is_told_of() {
    let text = "<inventory xmlns=\"urn:x\"><item sku=\"A\"><id>A</id><price currency=\"EUR\">1</price>\
                <name xml:lang=\"de\">n</name></item></inventory>";
    let drafts = read(text).unwrap();
    let mut pointers: Vec<_> = drafts[0]
        .errors
        .iter()
        .map(|error| &*error.pointer)
        .collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["", "/price"]);
}
