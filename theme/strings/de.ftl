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
