<?php
/**
 * Lists the guests.
 *
 * @package hotel
 */

namespace hotel;
