-- Every type that people use on MySQL and MariaDB, for `cargo xtask roundtrip`.
CREATE TABLE numbers (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tiny tinyint, tiny_unsigned tinyint unsigned, tiny_one tinyint(1), boolean_one boolean NOT NULL DEFAULT true,
  small smallint, small_unsigned smallint unsigned, medium mediumint, medium_unsigned mediumint unsigned,
  regular int, regular_unsigned int unsigned, regular_filled int(8) zerofill, big bigint, big_unsigned bigint unsigned,
  exact decimal, exact_long decimal(20,6), exact_unsigned decimal(10,2) unsigned, exact_huge decimal(65,30),
  single float, single_digits float(7,3), full double, full_digits double(10,2), full_unsigned double unsigned,
  bits bit(8), bit_one bit(1), calendar_year year
);
CREATE TABLE words (
  id char(36) NOT NULL PRIMARY KEY,
  fixed char(3), variable varchar(40) NOT NULL DEFAULT 'x', variable_long varchar(2000),
  tiny tinytext, regular text, medium mediumtext, full longtext,
  bytes binary(16), bytes_variable varbinary(100), bytes_tiny tinyblob, bytes_regular blob, bytes_medium mediumblob, bytes_full longblob,
  state enum('open','closed','it''s') NOT NULL DEFAULT 'open', marks set('a','b'),
  document json, national nvarchar(20), latin varchar(20) CHARACTER SET latin1,
  UNIQUE KEY by_variable (variable, fixed), KEY by_prefix (variable_long(20)), FULLTEXT KEY by_word (regular)
);
CREATE TABLE times (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  day date, clock time, clock_fine time(3), moment datetime, moment_fine datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  stamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, stamp_fine timestamp(3) NULL,
  sum int GENERATED ALWAYS AS (year(day) + 1) VIRTUAL
);
