"""The index made anew from the database, beside the live one, in steps that outlive whoever was at work."""
