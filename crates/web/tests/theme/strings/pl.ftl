by = Autor:
more = Więcej
footer-note = Wydawca: { $name }
comments = { $count ->
    [one] { $count } komentarz
    [few] { $count } komentarze
   *[many] { $count } komentarzy
}
