create function rn() returns bigint language internal window immutable as 'window_row_number';
