-- +goose Up
CREATE TABLE restaurants_restaurants (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    name                   TEXT    NOT NULL,
    description            TEXT,
    address                TEXT,
    city                   TEXT,
    location               TEXT,
    latitude               DOUBLE PRECISION,
    longitude              DOUBLE PRECISION,
    phone_number           TEXT,
    price_level            BIGINT,
    currency               TEXT    NOT NULL,
    timezone               TEXT    NOT NULL,
    is_active              BOOLEAN NOT NULL,
    rating                 BIGINT  NOT NULL, -- the mean in hundredths, as it is shown
    rating_sum             BIGINT  NOT NULL,
    rating_count           BIGINT  NOT NULL,
    min_order_amount       BIGINT  NOT NULL,
    delivery_fee           BIGINT  NOT NULL,
    confirm_within_minutes BIGINT,
    max_active_orders      BIGINT,
    slot_capacity          BIGINT,
    slot_minutes           BIGINT,
    version                BIGINT  NOT NULL,
    created_at             BIGINT  NOT NULL,
    updated_at             BIGINT  NOT NULL,
    deleted_at             BIGINT
);

-- A cuisine keeps the name by which it was first used.
CREATE TABLE restaurants_cuisines (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    name   TEXT NOT NULL,
    folded TEXT NOT NULL
);
CREATE UNIQUE INDEX restaurants_cuisines_folded ON restaurants_cuisines (folded);

CREATE TABLE restaurants_restaurant_cuisines (
    restaurant_id BIGINT NOT NULL REFERENCES restaurants_restaurants (id),
    position      BIGINT NOT NULL,
    cuisine_id    BIGINT NOT NULL REFERENCES restaurants_cuisines (id),
    PRIMARY KEY (restaurant_id, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX restaurants_restaurant_cuisines_pair ON restaurants_restaurant_cuisines (cuisine_id, restaurant_id);

-- The folded texts are for comparing and sorting without case and accents.
CREATE TABLE restaurants_menu_items (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    restaurant_id    BIGINT  NOT NULL REFERENCES restaurants_restaurants (id),
    name             TEXT    NOT NULL,
    name_folded      TEXT    NOT NULL,
    description      TEXT,
    category         TEXT    NOT NULL,
    category_folded  TEXT    NOT NULL,
    price            BIGINT  NOT NULL,
    is_vegetarian    BOOLEAN NOT NULL,
    is_vegan         BOOLEAN NOT NULL,
    is_available     BOOLEAN NOT NULL,
    preparation_time BIGINT,
    stock            BIGINT,
    version          BIGINT  NOT NULL,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL
);
CREATE INDEX restaurants_menu_items_menu ON restaurants_menu_items (restaurant_id, category_folded, name_folded, id);

-- The words by which restaurants and dishes are searched. A word is of a
-- 'name' (and cuisines), a 'location' (with city and address) or a 'dish'.
CREATE TABLE restaurants_words (
    place         TEXT   NOT NULL,
    word          TEXT   NOT NULL,
    restaurant_id BIGINT NOT NULL REFERENCES restaurants_restaurants (id),
    item_id       BIGINT NOT NULL, -- 0: the restaurant's own word
    PRIMARY KEY (place, word, restaurant_id, item_id)
) WITHOUT ROWID;
CREATE INDEX restaurants_words_restaurant ON restaurants_words (restaurant_id, word, item_id);

-- One row: the ratings of all restaurants together.
CREATE TABLE restaurants_totals (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    rating_sum   BIGINT NOT NULL,
    rating_count BIGINT NOT NULL
);
INSERT INTO restaurants_totals (id, rating_sum, rating_count) VALUES (1, 0, 0);
