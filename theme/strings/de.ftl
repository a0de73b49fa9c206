# Die Worte der Oberfläche auf Deutsch. Dieselben Nachrichten wie in en.ftl; ein Test vergleicht sie.

## Datum
day-pattern = dd.MM.yyyy
day-months = Januar Februar März April Mai Juni Juli August September Oktober November Dezember

## Around every page
skip-to-content = Zum Inhalt springen
menu = Menü
nav-sections = Ressorts
nav-all = Alle Ressorts und Seiten
nav-breadcrumbs = Sie sind hier
nav-pages = Über diese Website
nav-network = Unsere anderen Seiten
home = Startseite
search = Suche
search-label = { $site } durchsuchen
search-placeholder = Wörter, Namen, Orte
feeds = Feeds
feed-rss = RSS
feed-atom = Atom
feed-json = JSON Feed
archive = Archiv
corrections = Korrekturen
back-to-top = Nach oben
new-stories = Auf der Startseite gibt es neue Meldungen.
new-stories-link = Jetzt anzeigen
new-stories-close = Hinweis schließen

## Fronts and lists
front-updated = Stand: { $clock } Uhr
top-stories = Das Wichtigste
latest = Neueste Meldungen
most-read = Meistgelesen
most-commented = Meistkommentiert
more-from = Mehr aus { $name }
breaking = Eilmeldung
sponsored = Anzeige
in-section = Im Ressort { $name }
older = Ältere Meldungen
newest = Neueste Meldungen
list-continued = Frühere Meldungen
no-stories = Hier gibt es noch keine Meldungen.
nothing-yet-title = Die erste Ausgabe entsteht gerade
nothing-yet = Auf dieser Seite ist noch nichts erschienen. Schauen Sie bald wieder vorbei.

## Multimedia
multimedia = Multimedia
multimedia-about = Bildstrecken und die Nachrichten in Bildern von { $site }.
galleries = Bildstrecken
videos = Videos
video-play = Video abspielen
video-from = Das Video kommt von { $host }; der Anbieter erfährt, dass Sie es ansehen.
galleries-empty = Hier gibt es noch keine Bildstrecken.
news-in-pictures = Nachrichten in Bildern
news-in-pictures-about = Die Nachrichten vom { $day } in Bildern, von { $site }.
news-in-pictures-all = Alle Bilder des Tages
gallery = Bildstrecke
gallery-pictures = { $count ->
    [one] { $count } Bild
   *[other] { $count } Bilder
}
gallery-back = Zurück zur Bildstrecke
picture-of = Bild { $number } von { $count }
picture-open = Bild { $number } von { $count } einzeln öffnen
picture-previous = Vorheriges Bild
picture-next = Nächstes Bild
picture-all = Alle Bilder dieser Strecke

## Story
by = Von
and = und{ " " }
comma = ,{ " " }
published = Veröffentlicht am
updated = Aktualisiert am
correction = Korrektur
corrections-heading = { $count ->
    [one] Korrektur
   *[other] Korrekturen
}
read-more-on = Mehr zum Thema:
related = Mehr dazu
share = Teilen
share-email = E-Mail
share-facebook = Facebook
share-whatsapp = WhatsApp
share-bluesky = Bluesky
share-x = X
share-subject = Aus { $site }: { $headline }
also-on = Auch erschienen bei
table = Tabelle
source-ai = Mit Hilfe künstlicher Intelligenz entstanden
source-ai-note = Nach Angaben des Absenders wurde dieses Material ganz oder teilweise mit künstlicher Intelligenz erstellt.

## Comments
card-comments = { $count ->
    [one] { $count } Kommentar
   *[other] { $count } Kommentare
}
comments-count = { $count ->
    [0] Kommentare
    [one] { $count } Kommentar
   *[other] { $count } Kommentare
}
comments-closed = Die Kommentare zu diesem Artikel sind geschlossen.
comments-mode-pre = Kommentare werden von der Moderation gelesen, bevor sie erscheinen.
comments-mode-post = Kommentare erscheinen sofort und werden bald darauf von der Moderation gelesen.
comments-mode-reactive = Kommentare erscheinen sofort und werden von der Moderation gelesen, wenn jemand sie meldet.
comments-policy = Regeln für Kommentare
comments-close = Offen bis
comments-sign-in = Zum Kommentieren anmelden
comments-order = Reihenfolge der Kommentare
comments-newest = Neueste zuerst
comments-oldest = Älteste zuerst
comments-liked = Beliebteste zuerst
comments-whole = Alle Kommentare
comments-next = Weitere Kommentare
comments-earlier = Vorher in diesem Gespräch
comments-more-answers = { $count ->
    [one] { $count } weitere Antwort
   *[other] { $count } weitere Antworten
}
comments-new-one = 1 neuen Kommentar zeigen
comments-new-many = # neue Kommentare zeigen
comments-own = Ihre Kommentare hier
comment-nobody = Gelöschtes Konto
comment-muted = Sie haben die Person, die das schrieb, stummgeschaltet.
mute = Stummschalten
mute-about = Sie sehen die Kommentare dieser Person dann nicht mehr. Niemand erfährt davon.
unmute = Kommentare wieder zeigen
mutes = Stummgeschaltet
comment-edited = (geändert)
comment-featured = Von der Redaktion ausgewählt
comment-in-reply = Antwort an { $name }
comment-in-reply-gone = Antwort auf einen Kommentar, den es nicht mehr gibt
comment-like = Gefällt mir
comment-unlike = Zurücknehmen
comment-reply = Antworten
comment-report = Melden
comment-appeal = Einspruch
comment-edit = Ändern
comment-delete = Löschen
comment-gone-author = Dieser Kommentar wurde von seiner Verfasserin oder seinem Verfasser gelöscht.
comment-gone-account = Dieser Kommentar wurde zusammen mit dem Konto gelöscht.
comment-gone-moderator = Dieser Kommentar wurde entfernt, weil er gegen unsere Regeln verstieß.
comment-gone-waits = Dieser Kommentar wird gerade von der Moderation geprüft.
comment-state-published = Veröffentlicht
comment-state-pending = Wartet auf die Moderation, wie alle Kommentare hier
comment-state-held = Wartet auf die Moderation
comment-state-rejected = Nicht veröffentlicht, wegen unserer Regeln für Kommentare
comment-state-deleted = Gelöscht
comment-reason = Grund:
comment-as = Kommentieren als
comment-text = Ihr Kommentar
comment-hint = Bis zu 5.000 Zeichen. Eine leere Zeile beginnt einen Absatz; eine Zeile, die mit > beginnt, ist ein Zitat.
comment-send = Kommentar abschicken
comment-save = Änderung speichern
comment-write = Kommentar schreiben
comment-reply-title = Auf einen Kommentar antworten
comment-edit-title = Ihren Kommentar ändern
comment-delete-title = Ihren Kommentar löschen
comment-delete-about = Er wird nicht mehr gezeigt. Antworten darauf bleiben stehen.
comment-choose-username = Zum Kommentieren einen Benutzernamen wählen
comment-verify = Bestätigen Sie Ihre E-Mail-Adresse, um zu kommentieren.
comment-not-ready = Wählen Sie vor Ihrem ersten Kommentar einen Benutzernamen. Was Sie geschrieben haben, steht noch hier.
comment-suspended = Sie können erst ab { $until } wieder kommentieren.
comment-banned = Sie können nicht mehr kommentieren.
comment-too-fast = Das war schnell. Bitte warten Sie { $seconds } Sekunden und schicken Sie ihn dann noch einmal ab.
comment-day-full = Neue Leserinnen und Leser können am ersten Tag zehn Kommentare schreiben. Bitte kommen Sie morgen wieder.
comment-no-parent = Den Kommentar, auf den Sie antworten, gibt es nicht mehr.
comment-failed = Ihr Kommentar konnte nicht angenommen werden. Bitte schicken Sie ihn noch einmal ab.
comment-text-empty = Bitte schreiben Sie erst etwas.
comment-text-long = Ein Kommentar hat höchstens 5.000 Zeichen; dieser hat { $count }.
comment-edit-late = Ein Kommentar lässt sich fünf Minuten lang ändern.
comment-edit-answered = Jemand hat auf diesen Kommentar geantwortet; er lässt sich nicht mehr ändern.
comment-edit-reported = Jemand hat diesen Kommentar gemeldet; bis darüber entschieden ist, lässt er sich nicht ändern.
comment-edit-gone = Dieser Kommentar wird nicht mehr gezeigt und lässt sich nicht ändern.
profile-comments = Kommentare
profile-comments-older = Ältere Kommentare
badge-author = Hat diesen Artikel geschrieben
policy-intro = Leserinnen und Leser von { $site } können die Artikel gern kommentieren: unter einem eigenen Namen und nach diesen Regeln.
policy-modes = Wie die Moderation Kommentare liest
policy-mode-pre = Vorher: Kommentare erscheinen, sobald die Moderation sie gelesen hat.
policy-mode-post = Nachher: Kommentare erscheinen sofort, und die Moderation liest sie bald darauf.
policy-mode-reactive = Auf Hinweis: Kommentare erscheinen sofort, und die Moderation liest, was gemeldet wird.
policy-mode-closed = Geschlossen: Was geschrieben wurde, bleibt lesbar; Neues wird nicht angenommen.
policy-mode-off = Aus: Es gibt keine Kommentare.
policy-usual = So ist es hier üblich.
policy-closing = { $count ->
    [one] Die Kommentare schließen einen Tag nach der Veröffentlichung, wenn beim Artikel nichts anderes steht.
   *[other] Die Kommentare schließen { $count } Tage nach der Veröffentlichung, wenn beim Artikel nichts anderes steht.
}
policy-no-closing = Die Kommentare bleiben offen, wenn beim Artikel nichts anderes steht.
policy-checks = Was geprüft wird
policy-length = Ein Kommentar hat höchstens { $count } Zeichen.
policy-rate = Ein Kommentar in { $seconds } Sekunden; { $burst } dürfen auf einmal kommen.
policy-first = Die ersten { $count } Kommentare einer Person und alles aus ihren ersten { $hours } Stunden liest die Moderation, bevor es erscheint.
policy-links = { $count ->
    [0] Kommentare mit Links liest die Moderation, bevor sie erscheinen.
    [one] Kommentare mit mehr als einem Link liest die Moderation, bevor sie erscheinen.
   *[other] Kommentare mit mehr als { $count } Links liest die Moderation, bevor sie erscheinen.
}
policy-words = Manche Wörter werden nicht gedruckt; Kommentare mit bestimmten anderen liest erst die Moderation.
policy-edit = Ein Kommentar lässt sich { $count } Minuten lang ändern, solange niemand antwortet oder ihn meldet. Löschen lässt er sich immer.
policy-humans = Programme entscheiden nur, was zuerst gelesen wird, und lehnen Wörter ab, die nie gedruckt werden. Alles andere entscheiden Menschen, und sie nennen einen Grund.
report-title = Diesen Kommentar melden
report-own = Das ist Ihr eigener Kommentar.
report-why = Was stimmt damit nicht?
report-note = Was wir sonst wissen sollten (bis zu 500 Zeichen)
report-illegal-more = Bei rechtswidrigen Inhalten: das Gesetz, und warum es verletzt ist
report-law = Welches Gesetz
report-explanation = Warum es verletzt ist
report-good-faith = Ich bin nach Treu und Glauben überzeugt, dass meine Angaben richtig und vollständig sind.
report-about = Sie brauchen dafür kein Konto. Wer den Kommentar geschrieben hat, erfährt nicht, wer Sie sind. Sie bekommen eine Adresse, unter der Sie sehen, was daraus wurde.
report-send = Meldung abschicken
report-wrong-reason = Bitte wählen Sie, was damit nicht stimmt.
report-wrong-notice = Bitte schreiben Sie, warum das Gesetz verletzt ist und dass Sie davon überzeugt sind.
report-personal-abuse = Beleidigung
report-hate = Hass
report-threats = Drohung
report-off-topic = Am Thema vorbei
report-spam = Spam
report-legal = Rechtliches Problem
report-copyright = Urheberrecht
report-false-personality = Gibt sich für jemand anderen aus
report-illegal-content = Rechtswidriger Inhalt
report-other = Etwas anderes
case-title = Ihre Meldung
case-waits = Die Moderation sieht es sich an.
case-upheld = Der Kommentar wurde entfernt. Vielen Dank.
case-dismissed = Die Moderation hat den Kommentar gelesen und stehen lassen.
case-keep = Heben Sie die Adresse dieser Seite auf, um zu sehen, was daraus wird.
case-again = Sie haben diesen Kommentar schon gemeldet. Er wird geprüft.
case-comment = Der Kommentar
appeal-title = Einspruch gegen eine Entscheidung
appeal-about = Jemand, der noch nicht darüber entschieden hat, sieht ihn sich noch einmal an. Einspruch ist einmal möglich.
appeal-why = Warum sollte er veröffentlicht werden?
appeal-send = Einspruch abschicken
appeal-waits = Jemand anderes sieht ihn sich an.
appeal-granted = Die Entscheidung wurde geändert: Ihr Kommentar ist veröffentlicht.
appeal-refused = Es bleibt bei der Entscheidung.
span-1h = eine Stunde
span-3h = drei Stunden
span-24h = einen Tag
span-7d = eine Woche
span-30d = dreißig Tage
span-ban = immer
reason-abusive = Beleidigung
reason-offensive = Anstößig
reason-hate = Hass
reason-harassment = Belästigung
reason-off-topic = Am Thema vorbei
reason-spam = Spam
reason-advertising = Werbung
reason-banned-words = Wörter, die wir nicht drucken
reason-misinformation = Falschinformation
reason-illegal = Rechtswidriger Inhalt
reason-copyright = Urheberrecht
reason-false-personality = Falsche Identität
reason-other = Anderes

## Notices
notices = Mitteilungen
notices-about = Antworten auf Ihre Kommentare, und was über sie entschieden wurde
notices-new = { $count ->
    [one] { $count } neue Mitteilung
   *[other] { $count } neue Mitteilungen
}
notices-none = Noch hat Ihnen niemand geantwortet.
notice-reply = { $name } hat auf Ihren Kommentar geantwortet
notice-approved = Ihr Kommentar wurde veröffentlicht
notice-rejected = Ihr Kommentar wurde nicht veröffentlicht
notices-seen = Alle als gelesen markieren
notices-mails = Per E-Mail
notices-mails-on = Was Sie hier nach einigen Minuten nicht gesehen haben, kommt auch per E-Mail.
notices-mails-off = Sie bekommen darüber keine E-Mails.
notices-mails-stop = Keine E-Mails schicken
notices-mails-start = E-Mails schicken
notices-stop-title = Keine E-Mails mehr
notices-stop-about = Wir schreiben Ihnen dann nicht mehr, wenn Ihnen jemand antwortet oder über einen Kommentar von Ihnen entschieden wird.
notices-stopped = Erledigt. Sie bekommen keine dieser E-Mails mehr.
mail-notices-subject = Zu Ihren Kommentaren bei { $site }
mail-notices = bei Ihren Kommentaren auf { $site } hat sich etwas getan:
mail-notices-all = Alles davon, und was vorher war:
mail-notices-stop = Wenn Sie diese E-Mails nicht mehr möchten:

## Topics, authors, archive, corrections
topic = Thema
topic-about = Meldungen zum Thema { $name }
author = Autor
author-about = Artikel von { $name }
archive-of = Meldungen vom { $day }
archive-about = Alles, was { $site } am { $day } veröffentlicht hat
archive-empty = An diesem Tag ist nichts erschienen.
archive-earlier = Früher: { $day }
archive-later = Später: { $day }
corrections-about = Was { $site } falsch gemacht und richtiggestellt hat
corrections-intro = Wenn uns ein Fehler unterläuft, sagen wir es hier und am Anfang des Artikels selbst.
corrections-empty = Derzeit gibt es nichts zu korrigieren.
page-updated = Zuletzt geändert am

## Search
search-title = Suche
search-about = Artikel von { $site } finden
search-words = Suchbegriffe; feste Wendungen in „Anführungszeichen“
search-section = Ressort
search-all = Alle Ressorts
search-from = Von
search-to = Bis
search-remove = Entfernen
search-none = Nichts gefunden
search-found = { $count ->
    [one] { $count } Treffer
   *[other] { $count } Treffer
}
search-more = Mehr als { $count } Treffer
search-partial = Kein Artikel enthält alle diese Wörter. Diese hier enthalten einige davon.
search-relaxed = Kaum ein Artikel enthält genau diese Wörter, deshalb zeigen wir auch ähnliche.
search-hint = Prüfen Sie die Schreibweise, nehmen Sie weniger oder allgemeinere Wörter, oder wählen Sie alle Ressorts und keine Daten.
search-off = Die Suche wird gerade vorbereitet. Bitte versuchen Sie es in einigen Minuten noch einmal; alles andere funktioniert.
search-pages = Seiten mit Treffern
search-previous = Zurück
search-next = Weiter

## Errors
error-search = Danach suchen
error-suggestions = Vielleicht suchen Sie
error-front = Jetzt auf der Startseite
error-reference = Kennung für unsere Technik:
error-home = Zur Startseite
error-not-found = Diese Seite finden wir nicht
error-not-found-text = Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen. Unter dieser Adresse gibt es derzeit nichts.
error-gone = Dieser Artikel ist nicht mehr verfügbar
error-gone-text = Er wurde zurückgezogen. Die Redaktion nennt als Grund:
error-gone-bare = Die Redaktion hat ihn zurückgezogen.
error-internal = Bei uns ist etwas schiefgegangen
error-internal-text = Der Fehler liegt bei uns und ist vermerkt. Bitte versuchen Sie es gleich noch einmal.
error-unavailable = Zurzeit nicht verfügbar
error-unavailable-text = Ein Teil dieser Website wird gerade instand gesetzt. Bitte versuchen Sie es in einer Minute noch einmal.
error-bad-request = Diese Anfrage verstehen wir nicht
error-bad-request-text = Ein Teil der Adresse passt nicht zu dieser Seite.
error-unauthorized = Bitte melden Sie sich an
error-unauthorized-text = Diese Seite ist für angemeldete Leserinnen und Leser.
error-forbidden = Das ist Ihnen nicht zugänglich
error-forbidden-text = Sie dürfen dies nicht sehen oder tun.
error-method-not-allowed = Das geht hier nicht
error-method-not-allowed-text = Diese Adresse lässt sich lesen, aber nichts lässt sich an sie senden.
error-conflict = Inzwischen hat sich etwas geändert
error-conflict-text = Jemand anderes hat dies geändert, während Sie dabei waren. Laden Sie die Seite neu und sehen Sie nach.
error-too-large = Das ist zu groß
error-too-large-text = Was Sie gesendet haben, ist größer, als wir annehmen können.
error-unsupported-type = Diese Art von Datei können wir nicht annehmen
error-unsupported-type-text = Dateien dieser Art werden hier nicht angenommen.
error-unknown-host = Eine Website dieses Namens gibt es hier nicht
error-unknown-host-text = Bitte prüfen Sie den Namen in der Adresse.
error-invalid = Einige Angaben stimmen noch nicht
error-invalid-text = Bitte beachten Sie die Hinweise neben den Feldern.
error-too-many-requests = Bitte etwas langsamer
error-too-many-requests-text = Von Ihnen kamen in kurzer Zeit zu viele Anfragen. Bitte warten Sie einen Augenblick.

## Accounts
account = Ihr Konto
sign-in = Anmelden
sign-up = Konto anlegen
sign-out = Abmelden
email = E-Mail-Adresse
email-new = Neue E-Mail-Adresse
email-none = Keine
password = Passwort
password-choose = Passwort wählen
password-hint = Mindestens 10 Zeichen. Gut sind drei oder vier Wörter, die nichts miteinander zu tun haben; Namen und Daten sind es nicht.
password-set = Festgelegt
password-none = Keines
username = Benutzername
change = Ändern
save = Speichern
go-on = Weiter
on = Ein
off = Aus
form-trap = Dieses Feld bitte leer lassen
forgot = Passwort vergessen?
no-account = Noch kein Konto?
have-account = Sie haben schon ein Konto?
back-to-account = Zurück zu Ihrem Konto
sign-in-wrong = Die E-Mail-Adresse oder das Passwort ist falsch.
sign-in-with = Mit { $provider } anmelden
link-title = Sie haben schon ein Konto
link-about = Zu der E-Mail-Adresse, die { $provider } genannt hat, gibt es ein Konto. Zeigen Sie einmal, dass es Ihres ist; danach melden Sie sich mit { $provider } daran an.
link-do = Verknüpfen und anmelden
link-none = Dieses Konto hat kein Passwort. Melden Sie sich an wie bisher, oder setzen Sie per E-Mail ein Passwort.
link-other = Anders anmelden
provider-failed = Von dort war nicht zu erfahren, wer Sie sind. Bitte versuchen Sie es noch einmal, oder melden Sie sich anders an.
provider-refused = Sie wurden dort nicht angemeldet, deshalb sind Sie es auch hier nicht.
provider-taken = Diese Identität ist mit einem anderen Konto verknüpft.
provider-last = Setzen Sie zuerst ein Passwort oder bestätigen Sie Ihre E-Mail-Adresse: sonst könnten Sie sich nicht mehr anmelden.
providers = Andere Wege zur Anmeldung
provider-link = { $provider } verknüpfen
provider-unlink = Trennen
account-done-provider = Verknüpft. Von nun an können Sie sich so anmelden.
account-done-no-provider = Getrennt.
sign-in-closed = Dieses Konto wurde geschlossen. Wenn Sie das für einen Irrtum halten, schreiben Sie uns bitte.
code = Code
code-title = Geben Sie Ihren Code ein
code-about = Ihr Konto verlangt die sechs Ziffern, die Ihre Authenticator-App gerade anzeigt.
code-wrong = Dieser Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten.
link-dead = Dieser Link wurde schon benutzt oder ist zu alt.
sign-up-about = Ein Konto für { $site } und unsere anderen Seiten: Kommentieren Sie, schicken Sie uns Ihre Geschichten und Bilder und behalten Sie Ihre Einstellungen.
sent-title = Sehen Sie in Ihr Postfach
sign-up-sent = Wir haben eine E-Mail an { $email } geschickt. Folgen Sie dem Link darin, um fortzufahren.
sent-hint = Nach einigen Minuten noch nichts da? Sehen Sie im Spam-Ordner nach und prüfen Sie, ob die Adresse stimmt.
confirm-title = Fast fertig
confirm-about = Ihre E-Mail-Adresse ist bestätigt. Legen Sie nun fest, wie Sie sich anmelden.
confirm-button = Konto anlegen
username-title = Benutzernamen wählen
username-optional = Benutzername (können Sie auch später wählen)
username-about = Bitte wählen Sie einen Benutzernamen für Ihre Profilseite. Er muss einmalig sein, lässt sich nicht ändern und steht auf allen unseren Seiten in der Adresse Ihres Profils.
username-hint = 3 bis 20 Zeichen: Buchstaben von a bis z, Ziffern und Unterstriche; am Anfang ein Buchstabe.
username-address = Die Adresse Ihrer Seite:
username-sample = ihr_name
username-look = Prüfen, ob er frei ist
username-free = Dieser Name ist frei. Ihre Seite hat dann die Adresse
username-final = Ein Benutzername lässt sich nicht ändern.
username-take = Den Namen { $name } nehmen
username-other = Einen anderen Namen wählen
username-none = Sie haben noch keinen Benutzernamen. Sie brauchen einen, um zu kommentieren und uns etwas zu schicken.
username-error-missing = Bitte wählen Sie einen Benutzernamen.
username-error-length = Ein Benutzername hat 3 bis 20 Zeichen.
username-error-characters = Erlaubt sind nur die Buchstaben a bis z, Ziffern und Unterstriche.
username-error-first-letter = Am Anfang muss ein Buchstabe stehen.
username-error-reserved = Dieser Name ist unserer Redaktion vorbehalten. Bitte wählen Sie einen anderen.
username-error-taken = Dieser Name ist vergeben oder sieht einem vergebenen zu ähnlich. Bitte wählen Sie einen anderen.
username-error-named = Sie haben schon einen Benutzernamen. Er lässt sich nicht ändern.
password-error-short = Zu kurz: Bitte nehmen Sie mindestens 10 Zeichen.
password-error-long = Zu lang: Höchstens 256 Zeichen sind möglich.
password-error-guessable = Dieses Passwort lässt sich leicht erraten. Nehmen Sie ein längeres oder Wörter, die nichts mit Ihnen zu tun haben.
password-title = Passwort ändern
password-about = Hier bleiben Sie angemeldet. Alle anderen Browser werden abgemeldet.
email-error = Bitte geben Sie eine vollständige E-Mail-Adresse an, etwa name@example.org.
email-error-taken = Diese Adresse gehört zu einem anderen Konto.
email-title = E-Mail-Adresse ändern
email-about = Wir schicken einen Link an die neue Adresse. Bis Sie ihm folgen, gilt die alte.
email-sent = Wir haben eine E-Mail an { $email } geschickt. Folgen Sie dem Link darin in diesem Browser, um die Adresse zu bestätigen.
text-error-long = Das ist zu lang.
reset-title = Neues Passwort setzen
reset-about = Wir schicken einen Link an die E-Mail-Adresse Ihres Kontos.
reset-button = Link schicken
reset-sent = Falls es ein Konto mit { $email } gibt, ist eine E-Mail mit einem Link dorthin unterwegs.
new-password-title = Neues Passwort wählen
new-password-about = Alle Browser, die bei Ihrem Konto angemeldet sind, werden abgemeldet.
new-password-button = Speichern und anmelden
sudo-title = Sind Sie es?
sudo-about = Bevor Sie etwas Wichtiges ändern, zeigen Sie bitte noch einmal, dass Sie es sind.
sudo-needed = Bitte zeigen Sie zuerst, dass Sie es sind.
sudo-none = Sie haben noch kein Passwort.
totp-title = Code beim Anmelden
totp-about = Eine Authenticator-App auf Ihrem Telefon zeigt alle halbe Minute einen neuen Code. Damit meldet sich niemand an, der nur Ihr Passwort kennt.
totp-open = In der Authenticator-App öffnen
totp-secret = Oder tippen Sie dort diesen Schlüssel ein:
totp-button = Einschalten
totp-on = Beim Anmelden wird ein Code verlangt.
totp-off = Ausschalten
account-failed = Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.
account-ways = Anmeldung
account-own = Was Ihnen gehört
account-done-saved = Gespeichert.
account-done-waiting = Vielen Dank. Ihre Änderungen erscheinen, sobald jemand sie angesehen hat.
account-done-password = Ihr Passwort wurde geändert, andere Browser wurden abgemeldet.
account-done-email = Ihre E-Mail-Adresse ist bestätigt.
account-done-session = Die Sitzung ist beendet.
account-done-sessions = Alle anderen Sitzungen sind beendet.
account-done-totp = Von nun an wird beim Anmelden ein Code verlangt.
account-done-no-totp = Beim Anmelden wird kein Code mehr verlangt.
account-done-kept = Ihr Konto bleibt bestehen.
account-done-username = Der Name gehört Ihnen.
profile = Profil
profile-name = Name auf Ihrer Seite
profile-bio = Über Sie
profile-reviewed = Wir sehen uns das an, bevor es erscheint.
profile-waiting = Wird noch angesehen.
profile-declined-name = Ihren letzten Namen konnten wir nicht annehmen:
profile-declined-bio = Ihren letzten Text konnten wir nicht annehmen:
profile-declined-picture = Ihr letztes Bild konnten wir nicht annehmen:
profile-joined = Dabei seit
profile-closed = Diese Person hat hier geschrieben, bevor es Profile gab.
profile-gone = Dieses Konto wurde von seiner Inhaberin oder seinem Inhaber gelöscht.
badge-staff = Redaktion
sessions = Wo Sie angemeldet sind
session-this = dieser Browser
session-since = seit
session-seen = zuletzt gesehen
session-end = Beenden
sessions-end = Alle anderen Sitzungen beenden
data-download = Alles herunterladen, was über Sie gespeichert ist
deletion-title = Konto löschen
deletion-about = Ihr Konto wird 24 Stunden nach Ihrer Bitte gelöscht. Bis dahin können Sie es sich anders überlegen. Ihr Benutzername wird an niemanden sonst vergeben.
deletion-comments = Was Sie geschrieben haben
deletion-keep = bleibt, unter „gelöschtes Konto“
deletion-drop = wird ebenfalls gelöscht
deletion-button = Mein Konto löschen
deletion-due = Ihr Konto wird gelöscht am
deletion-undo = Mein Konto behalten
origin-title = Bitte bestätigen
origin-about = Ihr Browser hat uns nicht gesagt, von welcher Seite das kam. Wenn Sie es waren, fahren Sie fort.
origin-button = Ja, das war ich

## Mails about accounts
mail-hello = Guten Tag,
mail-day = Der Link gilt 24 Stunden.
mail-hour = Der Link gilt eine Stunde.
mail-not-you = Wenn Sie das nicht waren, brauchen Sie nichts zu tun.
mail-sign-up-subject = Ihr Konto bei { $site }
mail-sign-up = jemand, vermutlich Sie, möchte für diese Adresse ein Konto bei { $site } anlegen. Folgen Sie bitte diesem Link, um fortzufahren:
mail-known-subject = Sie haben ein Konto bei { $site }
mail-known = jemand, vermutlich Sie, wollte für diese Adresse ein Konto bei { $site } anlegen. Es gibt schon eines. Hier melden Sie sich an:
mail-known-reset = Wenn Sie Ihr Passwort nicht mehr wissen, setzen Sie hier ein neues:
mail-reset-subject = Ein neues Passwort für { $site }
mail-reset = jemand, vermutlich Sie, möchte für Ihr Konto bei { $site } ein neues Passwort setzen. Folgen Sie dazu bitte diesem Link:
mail-email-subject = Bestätigen Sie Ihre Adresse für { $site }
mail-email = jemand, vermutlich Sie, möchte diese Adresse für ein Konto bei { $site } benutzen. Folgen Sie zur Bestätigung diesem Link in dem Browser, in dem Sie angemeldet sind:

## Beiträge
send-stories = Schicken Sie uns Ihre Geschichten
send-pictures = Schicken Sie uns Ihre Bilder
reader-story = Leserbeitrag
your-stories = Ihre Geschichten
your-stories-about = Was Leserinnen und Leser von { $site } geschrieben und fotografiert haben.
profile-contributions = Geschichten und Bilder
contributions = Ihre Beiträge
contribute-story = Schicken Sie uns Ihre Geschichte
contribute-story-about = Wir freuen uns über Beiträge; ab { $fewest } Wörtern prüfen wir sie für eine Veröffentlichung. Nichts wird gezeigt, bevor die Redaktion es gelesen hat.
contribute-headline = Überschrift
contribute-text = Ihre Geschichte
contribute-text-hint = Eine leere Zeile beginnt einen Absatz; eine Zeile, die mit > beginnt, ist ein Zitat. Adressen, die mit https:// beginnen, werden zu Links.
contribute-words = { $count ->
    [one] { $count } Wort von { $fewest }
   *[other] { $count } Wörter von { $fewest }
 }
contribute-words-script = # Wörter von #
contribute-saved = Ihr Entwurf ist gespeichert.
contribute-save-failed = Ihr Entwurf konnte gerade nicht gespeichert werden. Lassen Sie diese Seite offen.
contribute-send = Abschicken
contribute-send-again = Noch einmal abschicken
contribute-save = Entwurf speichern
contribute-discard = Entwurf verwerfen
contribute-review = Was daraus wird, sehen Sie in Ihrem Konto:
contribute-terms-2026-1 = Ich habe das selbst geschrieben oder fotografiert. Es darf auf allen Seiten dieses Netzwerks veröffentlicht und mit meiner Zustimmung bearbeitet werden, solange es online bleibt. Die Rechte bleiben bei mir. (Bedingungen 2026-1)
contribute-name-first = Beiträge erscheinen unter einem Benutzernamen. Er wird erfragt, bevor Sie etwas abschicken können; was Sie schreiben, ist gespeichert.
contribute-verify-first = Bevor Sie etwas abschicken können, bestätigen Sie Ihre E-Mail-Adresse:
contribute-not-verified = Bestätigen Sie Ihre E-Mail-Adresse, bevor Sie etwas abschicken. Was Sie geschrieben haben, ist gespeichert.
contribute-not-named = Wählen Sie einen Benutzernamen, bevor Sie etwas abschicken. Was Sie geschrieben haben, ist gespeichert.
contribute-suspended = Sie können uns zurzeit nichts schicken.
contribute-text-no-title = Geben Sie dem Beitrag eine Überschrift.
contribute-text-long-title = Die Überschrift hat { $count } Zeichen; höchstens 150 passen.
contribute-text-long = Der Text hat { $count } Zeichen; höchstens 30.000 passen.
contribute-text-few-words = { $count ->
    [one] Ihre Geschichte hat { $count } Wort. Mindestens 200 sind nötig.
   *[other] Ihre Geschichte hat { $count } Wörter. Mindestens 200 sind nötig.
 }
contribute-too-many = Drei Ihrer Beiträge liegen schon bei der Redaktion. Ihr Entwurf ist gespeichert; schicken Sie ihn, sobald über einen davon entschieden ist.
contribute-no-terms = Bitte stimmen Sie den Bedingungen zu.
contribute-no-message = Schreiben Sie eine Nachricht von höchstens 2.000 Zeichen.
contribute-no-reason = Wählen Sie einen Grund.
contribute-no-place = Wählen Sie ein Ressort.
contribute-no-time = Schreiben Sie den Zeitpunkt als Jahr, Monat, Tag, Stunde und Minute.
contribute-claimed = Jemand anderes arbeitet gerade daran.
contribute-changed = Es hat sich inzwischen geändert. So ist der Stand jetzt.
contribute-pictures = Schicken Sie uns Ihre Bilder
contribute-pictures-about = Bis zu { $most } Bilder auf einmal. Nichts wird gezeigt, bevor die Redaktion es gesehen hat.
contribute-pictures-safe = Bitte bringen Sie für ein Bild weder sich noch andere in Gefahr.
contribute-pictures-title = Was zeigen Ihre Bilder?
contribute-pictures-text = Was sollten wir darüber wissen?
contribute-pictures-files = Bilder hinzufügen (JPEG, PNG, WebP oder GIF, je bis zu { $megabytes } MB)
contribute-pictures-metadata = Den Ort und was eine Kamera sonst in eine Datei schreibt, enthält keine Kopie, die andere zu sehen bekommen.
contribute-pictures-own = Ich habe diese Bilder aufgenommen, und wer darauf zu erkennen ist, ist mit der Veröffentlichung einverstanden.
contribute-pictures-save = Hinzufügen und speichern
contribute-pictures-many = Mehr als zwanzig Bilder gehen nicht zusammen.
contribute-pictures-none = Fügen Sie mindestens ein Bild hinzu.
contribute-no-caption = Sagen Sie zu jedem Bild, was es zeigt.
contribute-picture-large = Diese Datei ist zu groß.
contribute-picture-none = Diese Datei ist kein Bild, das wir zeigen können; JPEG, PNG, WebP und GIF sind es.
contribute-picture-damaged = Dieses Bild ist beschädigt.
contribute-upload-failed = Das Bild konnte nicht gesendet werden. Versuchen Sie es noch einmal.
contribute-caption = Was es zeigt
contribute-place = Wo es aufgenommen wurde
contribute-date = Wann es aufgenommen wurde
contribute-remove = Herausnehmen
call-out-closed = Dieser Aufruf ist beendet. Danke an alle, die mitgemacht haben.
contribution-title = Ihr Beitrag
contribution-kind-story = Geschichte
contribution-kind-pictures = Bilder
contribution-state-draft = Entwurf
contribution-state-submitted = Abgeschickt
contribution-state-claimed = Wird gelesen
contribution-state-changes-requested = Änderungen erbeten
contribution-state-resubmitted = Noch einmal abgeschickt
contribution-state-accepted = Mit Änderungen angenommen
contribution-state-agreed = Angenommen
contribution-state-scheduled = Eingeplant
contribution-state-published = Veröffentlicht
contribution-state-declined = Nicht genommen
contribution-state-withdrawn = Zurückgezogen
contribution-state-expired = Beendet
contribution-about-submitted = Der Beitrag wartet darauf, dass die Redaktion ihn liest.
contribution-about-claimed = Die Redaktion liest ihn gerade.
contribution-about-changes-requested = Die Redaktion bittet Sie, etwas zu ändern. Schicken Sie ihn danach noch einmal ab.
contribution-about-resubmitted = Der Beitrag wartet darauf, dass die Redaktion ihn noch einmal liest.
contribution-about-accepted = Wir möchten ihn mit den Änderungen unten veröffentlichen. Nichts erscheint, bevor Sie zustimmen.
contribution-about-agreed = Er wird bald veröffentlicht.
contribution-about-scheduled = Der Zeitpunkt steht fest.
contribution-about-published = Alle können ihn lesen.
contribution-about-declined = Danke, dass Sie ihn geschickt haben. Wir werden ihn nicht veröffentlichen.
contribution-about-withdrawn = Sie haben ihn zurückgezogen. Niemand sonst kann ihn sehen.
contribution-about-expired = 30 Tage lang ist nichts damit geschehen. Sie können ihn gern noch einmal schicken.
contribution-done-sent = Danke. Der Beitrag liegt jetzt bei der Redaktion.
contribution-done-agreed = Danke. Er kann jetzt veröffentlicht werden.
contribution-done-objected = Die Redaktion liest, was Sie dazu sagen.
contribution-done-saved = Ihr Entwurf ist gespeichert.
contribution-publish = Erscheint am
contribution-read = Lesen
contribution-message = Was die Redaktion sagt
contribution-edits = Änderungen
contribution-edits-hint = Durchgestrichen: herausgenommen. Unterstrichen: hinzugefügt.
contribution-consent = Ich stimme den Änderungen zu
contribution-object-why = Was stimmt mit den Änderungen nicht?
contribution-object = Ich stimme nicht zu
contribution-answer = Ein Wort an die Redaktion
contribution-withdraw = Zurückziehen
decline-unsuited = Er passt nicht zu dem, was wir veröffentlichen.
decline-known = Darüber haben wir schon berichtet.
decline-unverified = Wir konnten nicht prüfen, was darin steht.
decline-rights = Es ist nicht klar, ob alles darin von Ihnen ist.
decline-advertising = Er wirbt für etwas.
decline-rules = Er hält sich nicht an unsere Regeln.

## Mails about contributions
mail-contribution-subject-changes-requested = Bitte sehen Sie „{ $title }“ noch einmal an
mail-contribution-subject-accepted = Wir möchten „{ $title }“ veröffentlichen
mail-contribution-subject-agreed = Wir werden „{ $title }“ veröffentlichen
mail-contribution-subject-scheduled = „{ $title }“ wird veröffentlicht
mail-contribution-subject-published = „{ $title }“ ist erschienen
mail-contribution-subject-declined = „{ $title }“ wurde nicht genommen
mail-contribution-subject-expired = „{ $title }“ ist beendet
mail-contribution-changes-requested = die Redaktion von { $site } hat „{ $title }“ gelesen und bittet Sie, etwas zu ändern:
mail-contribution-accepted = { $site } möchte „{ $title }“ mit einigen Änderungen veröffentlichen. Bitte sehen Sie sie an und sagen Sie, ob Sie zustimmen:
mail-contribution-agreed = { $site } hat „{ $title }“ angenommen. Der Beitrag erscheint bald:
mail-contribution-scheduled = { $site } hat für „{ $title }“ einen Zeitpunkt festgelegt:
mail-contribution-published = { $site } hat „{ $title }“ veröffentlicht. Danke! Sie finden den Beitrag hier:
mail-contribution-declined = danke, dass Sie „{ $title }“ an { $site } geschickt haben. Wir werden den Beitrag nicht veröffentlichen:
mail-contribution-expired = mit „{ $title }“ ist bei { $site } 30 Tage lang nichts geschehen; damit ist der Beitrag beendet. Sie können ihn gern noch einmal schicken:
comment-guest = Gast

## Warnungen
alerts = Warnungen
alerts-all = Alle Warnungen
alerts-about = Wovor Behörden und Betreiber jetzt warnen, zusammengestellt von { $site }.
alerts-traffic = Verkehrsmeldungen
alerts-traffic-about = Sperrungen, Bauarbeiten und Verspätungen auf Straße und Schiene, zusammengestellt von { $site }.
alerts-none = Zurzeit gibt es keine Warnungen.
alerts-first = Schwerste zuerst
alerts-more = Weitere Warnungen
alerts-sources = Woher diese Warnungen kommen
alerts-silent = noch keine Daten
alerts-silent-since = keine Daten seit
alerts-map = Karte der Gebiete, für die gewarnt wird. Die Liste sagt dasselbe in Worten.
alerts-from = Von
alerts-until = Bis
alerts-sent = Gesendet
alerts-do = Was zu tun ist
alerts-where = Wo
alerts-more-areas = { $count ->
    [one] und { $count } weiteres Gebiet
   *[other] und { $count } weitere Gebiete
}
alerts-urgency = Wie dringend
alerts-certainty = Wie sicher
alerts-web = Mehr beim Absender
alert-over-canceled = Diese Warnung hat ihr Absender zurückgenommen.
alert-over-replaced = Diese Warnung wurde durch eine neuere ersetzt.
alert-over-expired = Diese Warnung ist vorbei.
severity-extreme = Äußerste Gefahr
severity-severe = Schwer
severity-moderate = Mittel
severity-minor = Leicht
severity-unknown = Nicht eingestuft
urgency-immediate = Sofort handeln
urgency-expected = Binnen einer Stunde
urgency-future = Demnächst
urgency-past = Nicht mehr
certainty-observed = Es geschieht gerade
certainty-likely = Wahrscheinlich
certainty-possible = Möglich
certainty-unlikely = Unwahrscheinlich
