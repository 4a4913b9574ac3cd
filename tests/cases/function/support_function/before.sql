create function starts(a text, b text) returns boolean language internal immutable strict as 'text_starts_with';
