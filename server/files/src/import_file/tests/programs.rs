//! Exports of common programs in several languages.

use super::*;

/// Asserts which column becomes each field, in the order of [`TARGETS`].
#[track_caller]
fn assert_guessed(header: &str, row: &str, expected: &[(&str, &str)]) {
    let (table, mapping) = guessed(&format!("{header}\n{row}\n"));
    assert_eq!(fields(&table, &mapping), expected, "{header}");
}

#[test]
fn woocommerce_exports_are_mapped_in_several_languages() {
    assert_guessed(
        "ID;Typ;Artikelnummer;Name;Veröffentlicht;Kurzbeschreibung;Beschreibung;Vorrätig?;Lager;Angebotspreis;\
         Regulärer Preis;Kategorien;Bilder",
        "1;simple;A-1;Matte;1;kurz;lang;1;5;8,00;9,00;Matten;https://x.example/1.jpg",
        &[
            ("id", "Artikelnummer"),
            ("name", "Name"),
            ("category", "Kategorien"),
            ("price", "Regulärer Preis"),
            ("description", "Beschreibung"),
            ("image_url", "Bilder"),
            ("available", "Vorrätig?"),
        ],
    );
    assert_guessed(
        "ID,Type,UGS,Nom,Publié,Description courte,Description,En stock ?,Stock,Tarif promo,Tarif régulier,Catégories,\
         Images",
        "1,simple,A-1,Tapis,1,court,long,1,5,8,9,Tapis,https://x.example/1.jpg",
        &[
            ("id", "UGS"),
            ("name", "Nom"),
            ("category", "Catégories"),
            ("price", "Tarif régulier"),
            ("description", "Description"),
            ("image_url", "Images"),
            ("available", "En stock ?"),
        ],
    );
    assert_guessed(
        "ID,Tipo,SKU,Nombre,Publicado,Descripción,¿Hay existencias?,Inventario,Precio rebajado,Precio normal,Imágenes",
        "1,simple,A-1,Alfombra,1,larga,1,5,8,9,https://x.example/1.jpg",
        &[
            ("id", "SKU"),
            ("name", "Nombre"),
            ("price", "Precio normal"),
            ("description", "Descripción"),
            ("image_url", "Imágenes"),
            ("available", "¿Hay existencias?"),
        ],
    );
}

#[test]
fn plain_headers_of_other_languages_are_mapped() {
    for header in [
        "Référence;Désignation;Catégorie;Prix;Devise;Descriptif;Lien;Image;Disponibilité",
        "Referencia;Nombre;Categoría;Precio;Moneda;Descripción;Enlace;Imagen;Disponible",
        "Codice;Nome;Categoria;Prezzo;Valuta;Descrizione;Collegamento;Immagine;Disponibilità",
        "Artikelcode;Naam;Categorie;Prijs;Valuta;Omschrijving;Link;Afbeelding;Op voorraad",
        "Artikelnr.;Bezeichnung;Kategorie;Preis;Währung;Beschreibung;Link;Bild;Verfügbarkeit",
        "offer_id;title;product type;price;currency;description;link;image link;availability",
    ] {
        let words: Vec<_> = header.split(';').collect();
        let row = "1;a;b;2;EUR;c;https://x.example/;https://x.example/1.jpg;x";
        let fields = TARGETS.iter().map(|(field, _)| *field);
        let fields = fields.filter(|field| *field != "name_attribute");
        let expected: Vec<_> = fields.zip(words).collect();
        assert_guessed(header, row, &expected);
    }
}

#[test]
fn regular_or_selling_price_is_preferred_to_other_prices() {
    for (headers, expected) in [
        ("MSRP,Cost Price,Internet Price", "Internet Price"),
        ("Cost Price,MSRP,Selling Price", "Selling Price"),
        ("MSRP,Price", "Price"),
        ("Sale price,Regular price", "Regular price"),
        ("Sale price", "Sale price"),
        ("Angebotspreis,Preis", "Preis"),
    ] {
        let values = vec!["5"; headers.split(',').count()].join(",");
        let text = format!("vin,title,{headers}\n1,a,{values}\n");
        let (table, mapping) = guessed(&text);
        let fields = fields(&table, &mapping);
        let price = fields.iter().find(|(field, _)| *field == "price");
        assert_eq!(price, Some(&("price", expected)), "{headers}");
    }
    assert_guessed(
        "sku,name,Sale price,Regular price",
        "1,a,5,",
        &[("id", "sku"), ("name", "name"), ("price", "Regular price")],
    );
    assert_guessed(
        "sku,name,cost price",
        "1,a,5",
        &[("id", "sku"), ("name", "name")],
    );
}

const SHOPIFY_VARIANTS: &str = "\
Handle,Title,Body (HTML),Type,Option1 Value,Variant SKU,Variant Price,Image Src,Status
shirt,Shirt,<p>Cotton</p>,Clothes,S,SH-S,10,https://x.example/1.jpg,draft
shirt,,,,M,SH-M,12,https://x.example/2.jpg,
shirt,,,,L,SH-L,14,,
shirt,,,,,,,https://x.example/3.jpg,
hat,Hat,,Clothes,,HAT,20,,active
";

#[test]
fn shopify_variants_with_their_own_skus_become_items_with_their_own_prices() {
    let (table, mapping) = guessed(SHOPIFY_VARIANTS);
    assert_eq!(fields(&table, &mapping)[0], ("id", "Variant SKU"));
    let items = read(SHOPIFY_VARIANTS, &mapping, Some(usd()), Absent::Clear).unwrap();
    // The further image is not an item.
    assert_eq!((items.drafts.len(), items.repeated), (4, 1));
    let all: Vec<_> = items
        .drafts
        .iter()
        .map(|draft| {
            let texts = [&draft.id, &draft.name, &draft.price, &draft.description];
            let texts = texts.map(|text| text.as_deref().unwrap_or_default());
            (texts.join("|"), draft.available, draft.errors.len())
        })
        .collect();
    let row = |text: &str, available| (text.to_owned(), Some(available), 0);
    assert_eq!(
        all,
        [
            row("SH-S|Shirt|10|Cotton", false),
            row("SH-M|Shirt|12|Cotton", false),
            row("SH-L|Shirt|14|Cotton", false),
            row("HAT|Hat|20|", true),
        ]
    );
    let images: Vec<_> = items
        .drafts
        .iter()
        .map(|draft| draft.image_url.as_deref())
        .collect();
    let (first, second) = (
        Some("https://x.example/1.jpg"),
        Some("https://x.example/2.jpg"),
    );
    assert_eq!(images, [first, second, first, None]);
}

#[test]
fn variant_without_a_sku_is_an_error_and_an_invalid_status_is_one_of_every_variant() {
    let text = SHOPIFY_VARIANTS
        .replace("SH-L", "")
        .replace("draft", "coming soon");
    let (table, mut mapping) = guessed(&text);
    // Not all variants have numbers, so products are guessed to be the items.
    assert_eq!(fields(&table, &mapping)[0], ("id", "Handle"));
    mapping.columns[0] = Target::Attribute;
    mapping.columns[5] = Target::Field("id");
    mapping.columns[8] = Target::Field("available");
    let items = read(&text, &mapping, Some(usd()), Absent::Clear).unwrap();
    let errors: Vec<_> = items
        .drafts
        .into_iter()
        .map(|draft| draft.check(usd()).err().map_or(0, |errors| errors.len()))
        .collect();
    assert_eq!((errors, items.repeated), (vec![1, 1, 2, 0], 1));
}

#[test]
fn google_and_meta_feeds_are_mapped_and_read() {
    let rss = b"<rss xmlns:g='http://base.google.com/ns/1.0'><channel>
<item><g:id>A</g:id><g:title>Fish &amp;amp; Chips</g:title><g:description>&lt;p&gt;a&lt;/p&gt;</g:description>
<g:link>https://x.example/?a=1&amp;b=2</g:link><g:image_link>https://x.example/1.jpg</g:image_link>
<g:availability>in_stock</g:availability><g:price>15.00 USD</g:price><g:sale_price>9.00 USD</g:sale_price></item>
<item><g:id>B</g:id><g:title>b</g:title><g:availability>out_of_stock</g:availability><g:price>ten</g:price></item>
</channel></rss>";
    let file = File::read("feed.xml", rss).unwrap();
    assert_eq!((file.format, file.kind()), (Format::Csv, "XML"));
    let (table, mapping) = guessed(&file.text);
    let words = [
        "id",
        "title",
        "price",
        "description",
        "link",
        "image_link",
        "availability",
    ];
    let headers: Vec<_> = fields(&table, &mapping)
        .into_iter()
        .map(|(_, header)| header)
        .collect();
    assert_eq!(headers, words);
    let drafts = file
        .items(&mapping, Some(usd()), Absent::Clear)
        .unwrap()
        .drafts;
    assert_eq!(drafts[0].name.as_deref(), Some("Fish & Chips"));
    assert_eq!(drafts[0].description.as_deref(), Some("a"));
    assert_eq!(drafts[0].url.as_deref(), Some("https://x.example/?a=1&b=2"));
    assert_eq!(
        (drafts[0].price.as_deref(), drafts[0].available),
        (Some("15.00"), Some(true))
    );
    assert_eq!(drafts[1].position, service::inventory::Position::on_line(5));
    let own = b"<inventory><item><id>A</id><name>a</name></item></inventory>";
    assert_eq!(File::read("feed.xml", own).unwrap().format, Format::Xml);
}
