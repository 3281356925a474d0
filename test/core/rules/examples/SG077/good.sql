ALTER TYPE status ADD VALUE 'active';
