"""
The pages of a PDF as they are printed, with quoted words marked on them, in the order data passes through.

    drawing    a page as an image, and where on it each letter stands: a program of its own
    drawer     starts that program, and keeps what it drew last
    letters    where words of a document's text stand among those letters
    boxes      letters to the stretches of lines they fill
    pages      the pages of the documents of an index, by document and number; never by a path
"""
