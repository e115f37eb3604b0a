//! Names that other systems give to the fields of an item, in English, German, French, Spanish,
//! Italian and Dutch.

use service::inventory::ItemFilter;

/// Names of each field, the most reliable ones first, in the form of [`normalise`].
///
/// A field may be here twice: the names of its second row apply only if no column has one of the
/// first row.
pub const NAMES: [(&str, &str); 10] = [
    (
        "id",
        "id itemid offerid productid vehicleid carid listingid handle sku itemsku productsku ugs \
         artikelnummer artikelnr artnr articlenumber articleno itemnumber itemno productnumber productcode \
         partnumber stocknumber stockno fahrzeugnr fahrzeugnummer fahrzeugid internenummer \
         angebotsnummer bestellnummer bestellnr produktnummer produktid artikelid identifiant \
         identifiantproduit idproduit reference referenceproduit referencearticle ref refproduit \
         codearticle codeproduit numeroarticle numeroproduit numerodestock numerostock referencia \
         referenciaproducto identificador idproducto codigodeproducto codigoproducto codigodearticulo \
         codigoarticulo codigo idprodotto codiceprodotto codicearticolo codiceart codice riferimento \
         numeroarticolo artikelcode productnummer referentie variantsku vin fin fahrgestellnummer \
         nummer nr number numero code cod gtin ean",
    ),
    (
        "name",
        "name title titel bezeichnung productname producttitle produktname produkttitel artikelname \
         artikelbezeichnung produktbezeichnung fahrzeugbezeichnung modellbezeichnung itemname itemtitle \
         vehiclename vehicletitle headline nom nomduproduit nomproduit designation designationproduit \
         libelle intitule titre titreduproduit nombre nombredelproducto nombreproducto titulo \
         denominacion nome nomeprodotto nomedelprodotto titolo denominazione naam productnaam \
         artikelnaam fahrzeug vehicle vehicule vehiculo veicolo voertuig produkt product produit \
         producto prodotto artikel article articulo articolo item modell model modele modelo modello",
    ),
    (
        "category",
        "category categories kategorie kategorien productcategory producttype bodystyle bodytype \
         karosserie karosserieform aufbau fahrzeugart fahrzeugtyp vehicletype warengruppe \
         produktgruppe rubrik categorie categorieproduit rubrique famille carrosserie categoria \
         categorias familia carroceria famiglia carrozzeria categorieen productcategorie productgroep \
         rubriek gruppe googleproductcategory type typ art tipo",
    ),
    (
        "price",
        "price preis prix precio prezzo prijs internetprice sellingprice webprice onlineprice ourprice \
         askingprice regularprice regulaererpreis normalpreis normalerpreis tarifregulier prixregulier \
         prixnormal tarif precionormal precioregular prezzodilistino prezzonormale prezzoregolare \
         normaleprijs reguliereprijs variantprice verkaufspreis bruttopreis preisbrutto grossprice \
         preisinklmwst vkpreis vk vkbrutto endpreis hauspreis prixttc prixdevente prixpublic \
         precioconiva preciodeventa precioventa pvp prezzodivendita prezzoivainclusa verkoopprijs \
         prijsinclbtw listprice listenpreis unitprice retailprice einzelpreis prixunitaire \
         preciounitario prezzounitario betrag amount montant importe importo bedrag msrp uvp",
    ),
    (
        "price",
        "saleprice salesprice specialprice discountprice angebotspreis sonderpreis aktionspreis \
         tarifpromo tarifpromotionnel prixpromo prixpromotionnel prixsolde preciorebajado \
         preciodeoferta precioenoferta preciooferta prezzoinofferta prezzoscontato actieprijs \
         aanbiedingsprijs",
    ),
    (
        "currency",
        "currency waehrung currencycode pricecurrency waehrungscode isocurrency devise codedevise \
         monnaie moneda divisa codigodemoneda valuta codicevaluta valutacode munteenheid",
    ),
    (
        "description",
        "description beschreibung body bodyhtml longdescription langbeschreibung productdescription \
         produktbeschreibung artikelbeschreibung fahrzeugbeschreibung beschreibungstext langtext \
         descriptif descriptionlongue descriptionproduit descripcion descripcionlarga \
         descripciondelproducto descrizione descrizionelunga descrizioneprodotto beschrijving \
         omschrijving productomschrijving productbeschrijving langebeschrijving details bemerkung \
         bemerkungen shortdescription kurzbeschreibung descriptioncourte descripcioncorta \
         brevedescrizione descrizionebreve kortebeschrijving korteomschrijving text texte texto testo \
         tekst",
    ),
    (
        "url",
        "url link producturl productlink produkturl produktlink permalink detailurl vehicleurl deeplink \
         weblink website webseite webadresse internetadresse lien lienproduit lienduproduit \
         urlproduit urlduproduit adresseweb siteweb enlace enlacedelproducto enlaceproducto \
         urlproducto urldelproducto direccionweb collegamento linkprodotto urlprodotto indirizzoweb \
         koppeling webadres",
    ),
    (
        "image_url",
        "imageurl image imagelink images image0url imagesrc mainimage hauptbild bild bilder bildurl \
         bildlink bildadresse foto fotos photo photos photourl picture pictures pictureurl imageurls \
         lienimage liendelimage urlimage urldelimage imageprincipale imagesproduit imagen imagenes \
         urlimagen urldelaimagen enlaceimagen enlacedeimagen imagenprincipal immagine immagini \
         urlimmagine linkimmagine immagineprincipale afbeelding afbeeldingen afbeeldingurl \
         afbeeldinglink afbeeldingsurl hoofdafbeelding thumbnail variantimage",
    ),
    (
        "available",
        "available availability verfuegbar verfuegbarkeit instock isinstock vorraetig lieferbar auflager \
         vorhanden stockstatus lagerstatus enstock disponible disponibilite dispo etatdustock \
         statutdustock disponibilidad hayexistencias enexistencias estadodelinventario disponibile \
         disponibilita beschikbaar beschikbaarheid opvoorraad leverbaar voorraadstatus status \
         published veroeffentlicht publie publicado pubblicato gepubliceerd aktiv active actif activo \
         attivo actief stock existencias inventario giacenza magazzino voorraad lager lagerbestand \
         bestand lagermenge quantity qty menge quantite quantiteenstock cantidad quantita aantal \
         variantinventoryqty",
    ),
];

/// Names of the manufacturer, in the form of [`normalise`].
pub const MAKES: &str = "marke make brand hersteller manufacturer fahrzeugmarke marque fabricant constructeur marca \
    fabricante produttore costruttore merk fabrikant";
/// Names of the model, some of which are also names of items.
pub const MODELS: &str = "modell model fahrzeugmodell modele modelo modello";

/// Names that have other meanings as well, so that most values of their columns have to fit the
/// field.
pub const VAGUE: &str = "status published veroeffentlicht publie publicado pubblicato gepubliceerd aktiv active actif activo \
    attivo actief lager magazzino";

/// The seller's number and the price in exports of `WooCommerce`.
const SHOP_HEADERS: [&str; 2] = [
    "sku ugs artikelnummer artikelnr cod",
    "regularprice regulaererpreis tarifregulier precionormal prezzodilistino normaleprijs \
     reguliereprijs prezzonormale precioregular prixregulier",
];
/// Columns of `WooCommerce` whose meaning differs from their names: its internal number of a
/// product, and whether the product is simple or has variations.
const SHOP_MISLEADING: &str = "id type typ tipo";

/// Returns the words of one of the lists of this module.
pub fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

/// Returns the names that have another meaning in a table with these columns.
pub fn misleading_names(columns: &[String]) -> &'static str {
    let has = |list| words(list).any(|name| columns.iter().any(|column| column == name));
    if SHOP_HEADERS.into_iter().all(has) {
        SHOP_MISLEADING
    } else {
        ""
    }
}

/// Returns the number of fields that these headers name.
pub fn count_known(headers: &[String]) -> usize {
    let is_named = |list| words(list).any(|name| headers.iter().any(|header| header == name));
    NAMES.iter().filter(|(_, list)| is_named(list)).count()
}

/// Converts a header to the form of [`NAMES`]: without capitals, accents, spaces and punctuation.
/// Text in brackets, such as a currency or a unit, is omitted.
pub fn normalise(header: &str) -> String {
    let mut depth = 0_usize;
    let mut name = String::new();
    for character in ItemFilter::folded(header).chars() {
        let letters = match character {
            '(' | '[' => {
                depth += 1;
                continue;
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ if depth > 0 => continue,
            'ä' | 'æ' => "ae",
            'ö' | 'œ' => "oe",
            'ü' => "ue",
            'à' | 'á' | 'â' | 'ã' | 'å' => "a",
            'ç' => "c",
            'è' | 'é' | 'ê' | 'ë' => "e",
            'ì' | 'í' | 'î' | 'ï' => "i",
            'ñ' => "n",
            'ò' | 'ó' | 'ô' | 'õ' => "o",
            'ù' | 'ú' | 'û' => "u",
            'ý' | 'ÿ' => "y",
            _ if character.is_alphanumeric() => {
                name.push(character);
                continue;
            }
            _ => continue,
        };
        name.push_str(letters);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_without_case_accents_and_punctuation() {
        for (header, expected) in [
            ("Währung", "waehrung"),
            ("Wa\u{308}hrung", "waehrung"),
            ("En stock ?", "enstock"),
            ("¿Hay existencias?", "hayexistencias"),
            ("Catégories", "categories"),
            ("Cate\u{301}gories", "categories"),
            ("CATÉGORIE", "categorie"),
            ("Categorieën", "categorieen"),
            ("URL de l’image", "urldelimage"),
            ("Preis (EUR)", "preis"),
            ("GROẞ", "gross"),
        ] {
            assert_eq!(normalise(header), expected, "{header}");
        }
    }

    #[test]
    fn every_known_name_is_in_normalised_form() {
        for list in NAMES.map(|(_, list)| list).into_iter().chain(SHOP_HEADERS) {
            for name in words(list) {
                assert_eq!(normalise(name), name);
            }
        }
        assert!(
            words(MAKES)
                .chain(words(MODELS))
                .all(|name| normalise(name) == name)
        );
        assert!(words(VAGUE).all(|name| words(NAMES[9].1).any(|other| other == name)));
    }
}
