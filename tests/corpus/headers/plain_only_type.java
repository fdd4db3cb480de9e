package bees;

import java.util.*;

/**
 * A hive with one queen.
 *
 * @author X
 */
@Deprecated
public class Hive {
  int n;
}
