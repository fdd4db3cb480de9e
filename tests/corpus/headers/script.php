<?php
# [Source file intent]
# Counts visitors.
# [Source file design principles]
# - No cookies
# [Source file constraints]
# - PHP 8
echo 1;
