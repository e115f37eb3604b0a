//! Tests of single texts.

use super::*;

#[test]
fn xml_feeds_of_other_formats_become_tables() {
    let rss = "<?xml version=\"1.0\"?>\n<rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Shop</title>\n\
        <item><g:id>A</g:id><title>Fish &amp; Chips</title><g:title>F</g:title><g:price>5.00 EUR</g:price>\n\
        <description><![CDATA[<p>\"a\"</p>]]></description></item>\n\
        <item><g:id>B</g:id><g:image_link>x</g:image_link><g:image_link>y</g:image_link></item></channel></rss>";
    let conversion = super::convert(rss).unwrap().unwrap();
    let text = "\"id\",\"title\",\"g:title\",\"price\",\"description\",\"image_link\"\n\
        \"A\",\"Fish & Chips\",\"F\",\"5.00 EUR\",\"<p>\"\"a\"\"</p>\",\"\"\n\
        \"B\",\"\",\"\",\"\",\"\",\"x, y\"\n";
    assert_eq!((&*conversion.text, conversion.lines), (text, vec![3, 5]));
    for (xml, header) in [
        (
            "<feed><entry><id>A</id><link href=\"https://x.example/?a=1&amp;b\"/></entry></feed>",
            "\"id\",\"link\"\n\"A\",\"https://x.example/?a=1&b\"\n",
        ),
        (
            "<listings><listing><vehicle_id>A</vehicle_id><image><url>x</url></image><address>\
             <component name=\"city\">Bonn</component></address></listing></listings>",
            "\"vehicle_id\",\"image.url\",\"address.city\"\n\"A\",\"x\",\"Bonn\"\n",
        ),
        (
            "<rss><item>stray<id>A</id></item></rss>",
            "\"id\",\"text\"\n\"A\",\"stray\"\n",
        ),
    ] {
        let conversion = super::convert(xml).unwrap().unwrap();
        assert_eq!(conversion.text, header, "{xml}");
    }
}

#[test]
fn api_feeds_and_other_files_are_not_converted_and_malformed_ones_are_rejected() {
    for xml in [
        "<inventory><item><id>A</id></item></inventory>",
        "<cars><car/></cars>",
        "",
    ] {
        assert_eq!(convert(xml), Ok(None), "{xml}");
    }
    let deep = "<a>".repeat(MAX_DEPTH + 1);
    let long = format!("<rss><item><{}>a", "a".repeat(MAX_NAME + 1));
    let columns = (0..=MAX_COLUMNS).map(|number| format!("<c{number}>a</c{number}>"));
    let wide = format!(
        "<rss><item>{}</item></rss>",
        columns.collect::<Vec<_>>().concat()
    );
    for (xml, part) in [
        ("<!DOCTYPE a><rss/>", "document type"),
        ("<rss>\n<item>", "ends within an element (line 2)"),
        ("<rss><item></rss>", "not well-formed"),
        (&*deep, "too deep"),
        (&*long, "too long"),
        (&*wide, "more than 256"),
    ] {
        let error = convert(xml).unwrap_err();
        assert!(error.contains(part), "{xml}: {error}");
    }
    let many = format!(
        "<rss>{}</rss>",
        "<item><id>A</id></item>".repeat(MAX_ITEMS + 9)
    );
    assert_eq!(convert(&many).unwrap().unwrap().lines.len(), MAX_ITEMS + 1);
}
