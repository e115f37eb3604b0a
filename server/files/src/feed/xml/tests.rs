use super::*;
use crate::feed::MAX_REASONS;
use crate::invalid_entry::describe;

fn read(text: &str) -> Result<Vec<ItemDraft>, FeedError> {
    super::read(text, Absent::Clear)
}

fn feed(item: &str) -> String {
    format!("<inventory><item><id>A</id><name>n</name>{item}</item></inventory>")
}

#[test]
fn document_type_and_text_that_is_not_an_inventory_are_rejected() {
    for bad in [
        "<!DOCTYPE inventory [<!ENTITY a \"aaaa\">]><inventory><item><id>&a;</id></item></inventory>",
        "<!DOCTYPE inventory SYSTEM \"file:///etc/passwd\"><inventory/>",
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
fn errors_of_an_item_are_recorded_in_its_draft() {
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
            "<category>&unknown;</category>",
            "/category",
            EntryCode::Invalid,
        ),
        ("<category>&#0;</category>", "/category", EntryCode::Invalid),
        (
            "<category>Lamps & more & more</category>",
            "/category",
            EntryCode::Invalid,
        ),
        (
            "<category>&amp &nbsp;</category>",
            "/category",
            EntryCode::Invalid,
        ),
        (
            "<attributes><attribute name=\"a\">&unknown;</attribute></attributes>",
            "/attributes",
            EntryCode::Invalid,
        ),
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
fn comments_instructions_and_namespaces_are_ignored() {
    let text = "<?xml version=\"1.0\"?><!-- a --><?b c?>\n<inventory xmlns=\"urn:x\"><!-- d -->\n<item><id>A<!-- e --></id><name>n</name></item></inventory>\n<!-- f -->";
    let mut drafts = read(text).unwrap();
    assert_eq!(drafts[0].position, Position::on_line(3));
    drafts[0].position = Position::on_line(1);
    assert_eq!(drafts, read(&feed("")).unwrap());
}

#[test]
fn documents_that_are_too_deep_or_too_long_are_rejected() {
    let deep = feed(&"<a>".repeat(100_000));
    assert!(matches!(read(&deep), Err(FeedError::Malformed(_))));
    let many = format!("<inventory>{}</inventory>", "<item/>".repeat(MAX_ITEMS + 1));
    assert_eq!(read(&many), Err(item_count_error()));
    assert_eq!(read("<inventory/>"), Err(item_count_error()));
}

#[test]
fn item_with_too_many_elements_is_reported_and_keeps_only_a_few() {
    let read = |item: &str| read(&feed(item)).unwrap().remove(0);
    for many in ["<a/>", "<name>m</name>", "<name/>"] {
        let draft = read(&many.repeat(10_000));
        assert_eq!(draft.errors.len(), MAX_REASONS, "{many}");
        assert_eq!(draft.errors[0], too_many_members());
    }
    let attribute = |n: usize| format!("<attribute name=\"{n}\">x</attribute>");
    let attributes: String = (0..10_000).map(attribute).collect();
    let draft = read(&format!("<attributes>{attributes}</attributes>"));
    assert_eq!(draft.attributes.len(), MAX_MEMBERS);
    assert_eq!(
        draft.errors,
        [too_many_members().with_parent("/attributes")]
    );
}

#[test]
fn unknown_xml_attribute_is_reported() {
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

#[test]
fn html_and_xml_entities_are_decoded() {
    let item = "<category>Caf&eacute;&nbsp;&amp;&#32;Bar &euro;&hellip; &#x41;&lt;b&gt;</category>\
        <attributes><attribute name=\"Gr&ouml;&szlig;e\">&frac12;&quot;</attribute></attributes>\
        <url>&nbsp;</url>";
    let draft = read(&feed(item)).unwrap().remove(0);
    assert_eq!(draft.errors, []);
    assert_eq!(draft.category.as_deref(), Some("Café\u{A0}& Bar €… A<b>"));
    assert_eq!(draft.attributes["Größe"], "½\"");
    assert_eq!(draft.url, None);
}

#[test]
fn unknown_entity_is_named_with_its_line() {
    let text = "<inventory>\r\n<item>\r\n<id>A</id><name>\r\n&foo;&bar;</name></item>\r<item><id>B</id>\n\
        <name>R&D</name></item></inventory>";
    let drafts = read(text).unwrap();
    let details: Vec<_> = drafts
        .iter()
        .map(|draft| describe(&draft.errors[0].reason))
        .collect();
    assert!(
        details[0].starts_with("`&foo;` on line 4 is not an entity"),
        "{details:?}"
    );
    assert_eq!(details[1], "Write `&amp;` for the ampersand on line 6.");
    assert!(
        drafts
            .iter()
            .all(|draft| draft.errors.len() == 1 && draft.id.is_some())
    );
}

#[test]
fn item_has_the_line_on_which_it_begins() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "<?xml version=\"1.0\"?>",
            "<inventory>",
            "<item><id>A</id>",
            "<name>a",
            "b</name></item><item><id>B</id></item>",
            "<!-- two",
            "lines --><item",
            ">",
            "</item></inventory>",
        ];
        let drafts = read(&text.join(end)).unwrap();
        let lines: Vec<_> = drafts.iter().map(|draft| draft.position.line).collect();
        assert_eq!(lines, [Some(3), Some(5), Some(7)], "{end:?}");
    }
    let stray = read("<inventory>\n<items/></inventory>").unwrap_err();
    let FeedError::Invalid(errors) = stray else {
        panic!("{stray:?}")
    };
    assert_eq!(errors[0].position.line, Some(2));
    let FeedError::Malformed(reason) = read("<inventory>\n<item>\n</inventory>").unwrap_err()
    else {
        panic!("not malformed")
    };
    assert!(reason.ends_with("(line 3)."), "{reason}");
}
