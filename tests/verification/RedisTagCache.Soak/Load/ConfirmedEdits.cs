namespace RedisTagCache.Soak.Load;

/// <summary>The last edit of each article whose evictions were confirmed: no page asked for from then on may show an older one.</summary>
internal sealed class ConfirmedEdits
{
    private readonly Edit?[] _edits = new Edit?[PageMix.Articles + 1];

    public Edit? Of(int article) => Volatile.Read(ref _edits[article]);

    public void Confirm(int article, Edit edit) => Volatile.Write(ref _edits[article], edit);

    /// <summary>Nothing is expected of it until the next: nobody knows whether a change is still on its way.</summary>
    public void Forget(int article) => Volatile.Write(ref _edits[article], null);
}
