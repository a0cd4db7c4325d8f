"""
Measures all of it; nothing imports this package.

    sets        questions with known evidence, loaded and checked
    scores      what an answer is worth against its evidence
    quality     a set through the real pipeline, to one row of scores
    retrieval   whether the right passages come first
    reading     how faithfully PDFs are read
    speed       start and answer times, as whole processes
    train_evidence  trains the evidence reader
    calibrate   fits chat/fitted.json
"""
