create function q() returns text language sql as 'select ''it''''s'' || E''\\n''';
