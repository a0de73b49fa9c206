# Words of the test theme.
by = By
more = More stories
footer-note = Published by { $name }
comments = { $count ->
    [0] No comments
    [one] One comment
   *[other] { $count } comments
}
only-english = Only in English
