create function rn() returns bigint language internal immutable as 'window_row_number';
