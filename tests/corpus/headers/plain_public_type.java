package bees;

/** Carries nectar. */
public class Bee {}

class Wing {}
