package a;

/** First. */
public interface A {}

/** Second. */
public interface B {}
