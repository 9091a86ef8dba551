-- +goose Up
-- The names of the cuisines, as JSON, beside the links by which they are found: a
-- restaurant is then read in one statement. A cuisine's name never changes.
ALTER TABLE restaurants_restaurants ADD COLUMN cuisines TEXT NOT NULL DEFAULT '[]';
UPDATE restaurants_restaurants SET cuisines = COALESCE((
    SELECT json_group_array(c.name ORDER BY rc.position) FROM restaurants_restaurant_cuisines rc
    JOIN restaurants_cuisines c ON c.id = rc.cuisine_id WHERE rc.restaurant_id = restaurants_restaurants.id), '[]');
