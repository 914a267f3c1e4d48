namespace RedisTagCache.Model;

internal partial struct Server
{
    /// <summary>lua/entry_set.lua</summary>
    public bool SetEntry(int key, Entry entry, Stamp version)
    {
        if (!Stamp.Fits(version))
            return false;
        Entries[key] = entry;
        return true;
    }

    /// <summary>lua/entry_fill.lua</summary>
    public FillReply FillEntry(int key, Entry entry, Stamp version, byte owner, byte startedAt, Broken broken)
    {
        var isHeld = owner != 0 && Leases[key] == owner;
        if (isHeld)
            Leases[key] = 0;

        var fits = Stamp.Fits(version);
        if (fits && !isHeld && LastRemoval != startedAt && !broken.HasFlag(Broken.RemovalsIgnored))
            fits = RemovalFloor > 0 && startedAt >= RemovalFloor && startedAt <= LastRemoval && Removals[key] <= startedAt;
        if (fits)
            Entries[key] = entry;
        return new FillReply(fits, Stamp, LastRemoval, 0);
    }

    /// <summary>lua/entry_overwrite.lua</summary>
    public FillReply OverwriteEntry(int key, Entry entry, Stamp version, Broken broken)
    {
        var fits = Stamp.Fits(version);
        Entries[key] = fits ? entry : default;
        if (!broken.HasFlag(Broken.LeaseNotRevoked))
            Leases[key] = 0;
        var (number, before) = LogChange(key);
        return new FillReply(fits, Stamp, number, before);
    }

    /// <summary>lua/entry_remove.lua</summary>
    public RemovalReply RemoveEntry(int key, Broken broken)
    {
        Entries[key] = default;
        if (!broken.HasFlag(Broken.LeaseNotRevoked))
            Leases[key] = 0;
        return LogChange(key);
    }

    /// <summary>The function log_changes in lua/_prelude.lua</summary>
    private RemovalReply LogChange(int key)
    {
        var before = LastRemoval;
        var number = Number(Max(before + 1, Time()));
        if (before == 0)
        {
            Removals = default;
            RemovalFloor = (byte)(number - 1);
        }

        Removals[key] = number;
        LastRemoval = number;
        return new RemovalReply(number, before);
    }

    /// <summary>lua/lease_acquire.lua, for callers without an old value.</summary>
    public LeaseReply AcquireLease(int key, byte owner, byte seen)
    {
        if (Stamp.IsNone || Entries[key].Id != seen)
            return new LeaseReply(LeaseVerdict.Changed, Stamp, LastRemoval);
        if (Leases[key] != 0)
            return new LeaseReply(LeaseVerdict.Taken, Stamp, LastRemoval);
        Leases[key] = owner;
        return new LeaseReply(LeaseVerdict.Granted, Stamp, LastRemoval);
    }

    /// <summary>lua/lease_release.lua</summary>
    public bool ReleaseLease(int key, byte owner)
    {
        if (Leases[key] != owner)
            return false;
        Leases[key] = 0;
        return true;
    }

    /// <summary>lua/removals_sync.lua</summary>
    public RemovalsPage SyncRemovals(byte known)
    {
        if (LastRemoval == 0 || RemovalFloor == 0)
        {
            LastRemoval = Number(Max(known + 1, Time()));
            RemovalFloor = LastRemoval;
            Removals = default;
            return new RemovalsPage(LastRemoval, LastRemoval);
        }

        var page = new RemovalsPage(LastRemoval, RemovalFloor);
        for (var key = 0; key < Two.Length; key++)
            page.Numbers[key] = Removals[key] > known ? Removals[key] : (byte)0;
        return page;
    }

    /// <summary>The next number for a removal. Never 1: its floor would be that of no log at all.</summary>
    private byte Number(byte least)
    {
        least = Max(least, 2);
        while (least % Servers != Here % Servers)
            least++;
        Clock = Max(Clock, least);
        return least;
    }
}
