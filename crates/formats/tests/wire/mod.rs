//! Documents of every agency format, written for these tests after the specifications. All names are invented.

#![allow(dead_code, reason = "each test file uses some of the fixtures")]

use masthead_domain::time::Timestamp;
use masthead_domain::wire::NewsItem;
use masthead_formats::{Format, ReadContext, Reading, Unreadable, read_items};

/// The moment at which all these documents are read.
pub(crate) fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::parse_rfc3339("2026-11-25T12:00:00Z").unwrap())
}

pub(crate) fn read(text: &str, format: Format) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    read_items(text.as_bytes(), format, &ctx())
}

/// The only item of a document, and what was wrong with it.
pub(crate) fn one(text: &str, format: Format) -> (NewsItem, Vec<String>) {
    let reading = read(text, format).unwrap();
    assert_eq!(reading.value.len(), 1);
    (
        reading.value.into_iter().next().unwrap(),
        reading.problems.iter().map(ToString::to_string).collect(),
    )
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(crate) const NITF: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "http://nowhere.invalid/nitf-3-6.dtd">
<nitf version="-//IPTC//DTD NITF 3.6//EN" baselang="en-GB">
 <head>
  <title>Ferry bought</title>
  <tobject tobject.type="News"><tobject.property tobject.property.type="Analysis"/>
   <tobject.subject tobject.subject.refnum="20000337" tobject.subject.type="economy" tobject.subject.matter="transport" tobject.subject.detail="shipping"/></tobject>
  <docdata management-status="usable" management-doc-idref="qp-0041" management-idref-status="canceled">
   <correction id-string="qp-0040" info="The price was wrong" regsrc="QP"/>
   <evloc iso-cc="XQ" city="Quayside"/>
   <doc-id regsrc="QP" id-string="qp-0042"/>
   <urgency ed-urg="4"/>
   <date.issue norm="20261125T090000+0100"/>
   <date.release norm="20261125T090000+0100"/>
   <date.expire norm="20271125T000000Z"/>
   <series series.name="Harbour" series.part="2" series.totalpart="3"/>
   <ed-msg info="Desk: call the harbour master first"/>
   <du-key key="harbour-ferry" generation="1" version="3"/>
   <doc.copyright year="2026" holder="Quayside Press"/>
   <key-list><keyword key="ferry"/><keyword key="harbour"/></key-list>
   <identified-content><person value="p1" idsrc="qp">Tom Ferrand</person><org>Harbour Council</org>
    <location><city>Quayside</city><country>Xanadu</country></location><classifier type="desk" value="coast"/></identified-content>
  </docdata>
 </head>
 <body>
  <body.head>
   <hedline><hl1>Council buys a ferry</hl1><hl2>Three years of talks end</hl2></hedline>
   <byline>By <person>Ada Quill</person>, <byttl>Coast reporter</byttl></byline>
   <dateline><location>QUAYSIDE</location>, <story.date norm="20261125">Nov. 25</story.date></dateline>
   <abstract><p>A vote ends three years.</p><p>The ferry sails in May.</p></abstract>
  </body.head>
  <body.content>
   <media media-type="image"><media-reference mime-type="image/jpeg" source="small.jpg" width="200"/><media-reference mime-type="image/jpeg" source="ferry.jpg" width="1200"/>
    <media-caption>The ferry</media-caption><media-producer>Photo: Ada Quill</media-producer></media>
   <block><p lede="true">The council bought a <a href="https://quay.example/ferry">ferry</a> &amp; a caf&eacute;.</p>
   <note noteclass="editorsnote"><body.content><p>Check the price.</p></body.content></note>
   <hl2>Background</hl2>
   <ul><li>one</li><li><p>two</p><ol><li>three</li></ol></li></ul>
   <table><caption>Fares</caption><tr><th>Car</th><th>Foot</th></tr><tr><td>12</td><td>3</td></tr></table>
   <bq><block><p>At last.</p></block><credit>Harbour master</credit></bq>
   <dl><dt>Length</dt><dd>40 m</dd></dl>
   <pre>A   1
B   2</pre><hr/><p/>
   <p>He said: <q>Soon</q>.<br/>Then he left. H<num><sub>2</sub></num>O.</p></block>
  </body.content>
  <body.end><tagline>Tom Ferrand contributed.</tagline></body.end>
 </body>
</nitf>"#;

pub(crate) const NEWSML_G2: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">
 <header><sent>2026-11-25T09:00:00Z</sent></header>
 <itemSet>
  <packageItem guid="urn:qp:pkg-1" version="2">
   <itemMeta><itemClass qcode="ninat:composite"/><pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/usable"/></itemMeta>
   <groupSet root="g1"><group id="g1" role="group:main"><itemRef residref="urn:qp:text-1"><title>Ferry</title></itemRef><groupRef idref="g2"/></group>
    <group id="g2" role="group:pictures"><itemRef residref="urn:qp:pic-1"><itemClass qcode="ninat:picture"/></itemRef></group></groupSet>
  </packageItem>
  <newsItem guid="urn:qp:text-1" version="7" xml:lang="en">
   <catalog><scheme alias="qps" uri="https://quay.example/cv/"/></catalog>
   <rightsInfo><copyrightHolder literal="Quayside Press"/><copyrightNotice>© QP</copyrightNotice><usageTerms>No resale</usageTerms></rightsInfo>
   <itemMeta><itemClass qcode="ninat:text"/><provider qcode="nprov:QP"/><versionCreated>2026-11-25T09:00:00+01:00</versionCreated>
    <pubStatus qcode="stat:usable"/><edNote>Not for readers</edNote><signal qcode="sig:correction"/>
    <link rel="irel:evolvedFrom" residref="urn:qp:text-0"/></itemMeta>
   <contentMeta><urgency>3</urgency><located><name>Quayside</name></located><by>By Ada Quill</by><creditline>QP</creditline>
    <creator literal="aq" jobtitle="qpjob:reporter"><name>Ada Quill</name></creator>
    <digitalSourceType uri="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/>
    <subject type="cpnat:abstract" qcode="medtop:20000337"><name xml:lang="fr">transport (fr)</name><name xml:lang="en">transport</name></subject>
    <subject type="cpnat:abstract" uri="http://cv.iptc.org/newscodes/mediatopic/20000344"/>
    <subject type="cpnat:person" literal="p1"/><subject type="cpnat:geoArea" qcode="qps:quayside"><name>Quayside</name></subject>
    <slugline>harbour-ferry</slugline><headline role="hlrole:sub">Talks end</headline><headline>Council buys a ferry</headline>
    <description role="drol:summary">A vote ends three years.</description></contentMeta>
   <partMeta><headline>Not this one</headline></partMeta>
   <assert literal="p1"><name>Tom Ferrand</name></assert>
   <contentSet>
    <inlineData contenttype="text/plain">Plain text</inlineData>
    <inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>The council bought a ferry.</p><p>It sails in <em>May</em>.<br/></p><script>alert(1)</script></body></html></inlineXML>
   </contentSet>
  </newsItem>
  <newsItem guid="urn:qp:pic-1" version="1">
   <itemMeta><itemClass qcode="ninat:picture"/><pubStatus qcode="stat:usable"/></itemMeta>
   <contentMeta><creditline>Ada Quill/QP</creditline><headline>Ferry</headline><description role="drol:caption">The ferry at the quay</description></contentMeta>
   <contentSet><remoteContent href="https://quay.example/s.jpg" rendition="rnd:thumbnail" contenttype="image/jpeg" width="100"/>
    <remoteContent href="https://quay.example/l.jpg" rendition="rnd:highRes" residref="res-1" contenttype="image/jpeg" width="3000" size="12345"/></contentSet>
  </newsItem>
 </itemSet>
</newsMessage>"#;

pub(crate) const NEWSML_1: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<NewsML Version="1.2">
 <NewsEnvelope><DateAndTime>20261125T090000Z</DateAndTime><Priority FormalName="2"/></NewsEnvelope>
 <NewsItem xml:lang="en">
  <Identification><NewsIdentifier><ProviderId>qp.example</ProviderId><DateId>20261125</DateId><NewsItemId>FERRY</NewsItemId>
   <RevisionId PreviousRevision="2" Update="N">3</RevisionId><PublicIdentifier>urn:newsml:qp.example:20261125:FERRY:3N</PublicIdentifier></NewsIdentifier></Identification>
  <NewsManagement><NewsItemType FormalName="News"/><FirstCreated>20261125T080000Z</FirstCreated><ThisRevisionCreated>20261125T090000+0100</ThisRevisionCreated>
   <Status FormalName="Usable"/><Urgency FormalName="4"/></NewsManagement>
  <NewsComponent>
   <NewsLines><HeadLine>Council buys a ferry</HeadLine><ByLine>By Ada Quill</ByLine><DateLine>QUAYSIDE, Nov 25 (QP) -</DateLine><CopyrightLine>© QP</CopyrightLine><SlugLine>ferry</SlugLine>
    <KeywordLine>ferry; harbour</KeywordLine><NewsLine><NewsLineType FormalName="AdvisoryLine"/><NewsLineText>RECASTS throughout</NewsLineText></NewsLine></NewsLines>
   <DescriptiveMetadata><Language FormalName="en"/><SubjectCode><Subject FormalName="15000000"/><SubjectMatter FormalName="15054000"/></SubjectCode>
    <Location HowPresent="Origin"><Property FormalName="City" Value="Quayside"/></Location></DescriptiveMetadata>
   <NewsComponent><Role FormalName="Caption"/><ContentItem><MediaType FormalName="Text"/><DataContent>Not the story</DataContent></ContentItem></NewsComponent>
   <NewsComponent><Role FormalName="Main"/><ContentItem><MediaType FormalName="Text"/><Format FormalName="NITF"/>
    <DataContent><nitf><body><body.content><p>The council bought a ferry.</p><p>It sails in May.</p></body.content></body></nitf></DataContent></ContentItem></NewsComponent>
   <NewsComponent><Role FormalName="Photo"/><NewsLines><HeadLine>The ferry</HeadLine><CreditLine>Ada Quill</CreditLine></NewsLines>
    <ContentItem Href="ferry.jpg"><MediaType FormalName="Photo"/><MimeType FormalName="image/jpeg"/><Characteristics><SizeInBytes>100</SizeInBytes><Property FormalName="Width" Value="800"/></Characteristics></ContentItem></NewsComponent>
  </NewsComponent>
 </NewsItem>
</NewsML>"#;

pub(crate) const NINJS_1: &str = r#"{"uri":"urn:qp:1","type":"text","version":"3","versioncreated":"2026-11-25T09:00:00Z","firstcreated":"2026-11-24T09:00:00Z",
"pubstatus":"usable","urgency":4,"language":"en","headline":"Council buys a ferry","headline_short":"Ferry bought","byline":"By Ada Quill and Tom Ferrand",
"description_text":"A vote ends three years.","body_text":"Plain.","body_xhtml":"<p>The council bought a ferry.</p><p>It sails in <b>May</b>.</p>",
"subject":[{"code":"20000337","scheme":"http://cv.iptc.org/newscodes/mediatopic/","name":"transport","rel":"about"}],"person":[{"name":"Tom Ferrand"}],
"place":[{"name":"Quayside"}],"organisation":[{"name":"Harbour Council"}],"ednote":"For the desk",
"renditions":{"web":{"href":"https://quay.example/a.pdf","mimetype":"application/pdf","sizeinbytes":10}},
"associations":{"mainpic":{"uri":"urn:qp:pic","type":"picture","description_text":"The ferry","byline":"Ada Quill","renditions":{"s":{"href":"https://quay.example/s.jpg","width":100,"mimetype":"image/jpeg"},"l":{"href":"https://quay.example/l.jpg","width":900,"mimetype":"image/jpeg"}}}}}"#;

pub(crate) const NINJS_3: &str = r#"{"standard":{"name":"ninjs","version":"3.1"},"uri":"urn:qp:3","type":"text","version":"9","versionCreated":"2026-11-25T09:00:00Z",
"pubStatus":"usable","urgency":4,"language":"en-GB","headlines":[{"role":"sub","value":"Talks end"},{"role":"main","value":"Council buys a ferry"}],
"by":"By Ada Quill","descriptions":[{"contentType":"text/html","value":"<p>A vote <b>ends</b></p>"},{"contentType":"text/plain","value":"A vote ends three years."}],
"bodies":[{"contentType":"text/plain","value":"Plain."},{"contentType":"text/html","value":"<p>The council bought a ferry.</p>"}],
"subjects":[{"name":"transport","uri":"http://cv.iptc.org/newscodes/mediatopic/20000337","literal":"20000337","relevance":90}],
"digitalSourceType":{"uri":"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"},
"renditions":[{"name":"pdf","href":"https://quay.example/a.pdf","contentType":"application/pdf","sizeInBytes":10}],
"associations":[{"name":"featured","uri":"urn:qp:pic","type":"picture","renditions":[{"name":"l","href":"https://quay.example/l.jpg"}]}]}"#;

pub(crate) const SUPERDESK: &str = r#"{"guid":"urn:newsml:localhost:2026:1","version":5,"type":"text","headline":"Council buys a ferry","body_html":"<p>Text &amp; more</p>",
"versioncreated":"2026-11-25T09:00:00+0000","pubstatus":"usable","priority":6,"urgency":3,"source":"QP","service":[{"code":"i","name":"International"}],
"evolvedfrom":"urn:newsml:localhost:2026:0","extra":{"a":1},"authors":[{"name":"Ada Quill","role":"writer","email":"ada@quay.example"}],
"associations":{"featuremedia":null},"slugline":"ferry","profile":"Article","keywords":["ferry"]}"#;

pub(crate) const IPTC_7901: &str = "\u{1}qua0042 3 pol 63 QUA 0042\r\nHarbour/Ferry/\r\n\u{2}New ferry for the harbour\r\nBy Ada Quill\r\n\r\nQUAYSIDE (qua) - The council bought a ferry.\r\n\r\nIt sails in May.\r\n\u{3}\r\n251530 GMT Nov 26\r\n";

pub(crate) const ANPA: &str = "\u{16}\u{16}\u{1}a0123\u{1f}qyb-\r\nu i\u{13}\u{11}bc-harbour-ferry 11-25 0123\r\n\u{2}^BC-Harbour Ferry,123<\r\n^Council buys a ferry<\r\n^By ADA QUILL=\r\n\tQUAYSIDE (QP) _ The council bought a ferry.\r\n\tIt sails in May.\r\n\u{3}\r\nQP-NY-11-25-26 1530EST<\r\n";

pub(crate) const FIXTURES: &[&str] = &[NITF, NEWSML_G2, NEWSML_1, NINJS_1, NINJS_3, SUPERDESK, IPTC_7901, ANPA];
